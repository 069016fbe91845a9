"""Laws and tables that come with kansr, to try it on and to judge it by.

A law is a formula that is known; a table is drawn from it. Laws stand in collections, those of the benchmarks of the
field among them. A shipped table is a file of rows, with a card that says where it comes from; there are collections
of tables, too.
"""

from kansr.datasets.collection import Collection, collection, collections, law, nearest, read_collection
from kansr.datasets.law import Law
from kansr.datasets.tables import (
    ShippedTable,
    every_shipped_table,
    shipped_table,
    shipped_tables,
    table_collections,
)

__all__ = [
    "Collection",
    "Law",
    "ShippedTable",
    "collection",
    "collections",
    "every_shipped_table",
    "law",
    "nearest",
    "read_collection",
    "shipped_table",
    "shipped_tables",
    "table_collections",
]
