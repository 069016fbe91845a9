"""Rooms of the table: any file, stream or data frame in; numbers by row and column out, and what is odd about them.

pandas and pyarrow are loaded when the first file is read, not before.
"""

from kansr.table.card import card
from kansr.table.check import check_table
from kansr.table.more import joined, read_more
from kansr.table.parquet import read_parquet, write_parquet
from kansr.table.read import features_from_frame, read_features, read_grouped, read_table, table_from_frame
from kansr.table.source import public_name
from kansr.table.spec import TableSpec
from kansr.table.split import Split, split_rows, split_table
from kansr.table.survey import ColumnFacts, Survey, survey
from kansr.table.table import Table, TableWarning
from kansr.table.units import read_unit
from kansr.table.whole import Block, read_blocks

__all__ = [
    "Block",
    "ColumnFacts",
    "Split",
    "Survey",
    "Table",
    "TableSpec",
    "TableWarning",
    "card",
    "check_table",
    "features_from_frame",
    "joined",
    "public_name",
    "read_blocks",
    "read_features",
    "read_grouped",
    "read_more",
    "read_parquet",
    "read_table",
    "read_unit",
    "split_rows",
    "split_table",
    "survey",
    "table_from_frame",
    "write_parquet",
]
