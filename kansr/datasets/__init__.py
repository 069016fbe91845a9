"""Laws and tables that come with kansr, to try it on and to judge it by.

A law is a formula that is known; a table is drawn from it. Laws stand in collections, those of the benchmarks of the
field among them. A shipped table is a file of rows, with a card that says where it comes from.
"""

from kansr.datasets.collection import Collection, collection, collections, law, nearest, read_collection
from kansr.datasets.law import Law
from kansr.datasets.tables import ShippedTable, shipped_table, shipped_tables

__all__ = [
    "Collection",
    "Law",
    "ShippedTable",
    "collection",
    "collections",
    "law",
    "nearest",
    "read_collection",
    "shipped_table",
    "shipped_tables",
]
