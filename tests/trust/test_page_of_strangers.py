"""Each row of the page on files of strangers is a test that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / ".docs" / "pages" / "how-to" / "strangers.md").read_text()


def test_every_test_that_the_page_names_is_there_and_every_row_names_one():
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| attack")]
    rows = [row for row in rows if not row.endswith("| test |")]
    assert len(rows) >= 20
    assert [row for row in rows if not re.search(r"(::test_\w+`|`tests/[\w/]+\.py`|the same) \|$", row)] == []
    for path, test in named:
        assert f"def {test}(" in (ROOT / path).read_text(), (path, test)
