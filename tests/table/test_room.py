"""How much memory a table may take: asked before it is laid out, and held to by the system while it is read."""

import resource
import subprocess
import sys

import numpy as np
import pytest

from kansr.errors import TableError
from kansr.table import read_table
from kansr.table.room import FREE, GROWTH, SHARE, check_columns, check_growth, check_room, held, limit_of, room
from tests.trust.hostile import old_workbook


def limited(code):
    """Run code in a process that may take a gigabyte; gives what it prints."""
    given = f"import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))\n{code}"
    return subprocess.run([sys.executable, "-c", given], capture_output=True, text=True, check=True).stdout.strip()


def test_a_table_is_refused_where_it_grows_too_far():
    size = FREE // GROWTH + 1000
    check_room(GROWTH * size, size, "data.parquet")
    check_room(FREE, 1, "data.parquet")
    for check in (check_room, check_growth):
        with pytest.raises(TableError, match=f"has {size:,} bytes and unpacks to more than {GROWTH * size:,}"):
            check(GROWTH * size + 1, size, "data.parquet")
    with pytest.raises(TableError, match="columns, and"):
        check_columns(100_000)


def test_the_room_is_a_quarter_of_what_this_process_may_take():
    assert limited("from kansr.table.room import room; print(room())") == str((1 << 30) // SHARE)
    assert limit_of(1 << 60) == max(FREE, room())
    with pytest.raises(TableError, match="bytes of memory"):
        check_room(room() + FREE, 1 << 60, "data.parquet")


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_what_a_library_takes_beyond_the_room_is_refused_by_the_system():
    before, inside = resource.getrlimit(resource.RLIMIT_DATA), []
    with pytest.raises(TableError, match="unpacks to more than"), held(1, "data.parquet"):
        inside.append(room())
        np.ones(2 * FREE)  # a gigabyte
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert inside == [room()]  # what there is, is still what there was
    with held(1, "data.parquet"):
        assert np.ones(FREE // 8).sum() == FREE // 8


def test_a_workbook_that_ends_its_process_does_not_end_this_one(tmp_path):
    old_workbook(tmp_path / "corner.xls")
    with pytest.raises(TableError, match="unpacks to more than"):
        read_table(tmp_path / "corner.xls")
