"""The page of the datasets: collections of laws, and tables with their cards."""

from __future__ import annotations

from kansr.datasets import collections, shipped_tables
from tests.docs.reference.markdown import code, page, table

_INTRODUCTION = """
All of these come with kansr, also where it was installed without its repository: `kansr datasets` lists them,
`kansr datasets show NAME` prints a card or a law, `kansr datasets make NAME -o FILE` makes a file.
"""
_LAWS = """
## Collections of laws

Rows are drawn evenly within a law's ranges; `--rows`, `--noise` and `--seed` say how many and how clean. Noise is a
share of the target's root mean square, as in SRBench.
"""


def datasets() -> str:
    """Write the page."""
    tables = table(["table", "rows", "what it is"], [[code(t.name), str(t.rows), t.title] for t in shipped_tables()])
    laws = table(
        ["collection", "laws", "source"],
        [[code(c.name), str(len(c.laws)), "; ".join(c.sources)] for c in collections()],
    )
    return page("Datasets", _INTRODUCTION, "## Tables", tables, _LAWS, laws)
