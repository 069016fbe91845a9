"""The page of the datasets: collections of laws, and tables with their cards."""

from __future__ import annotations

from kansr.datasets import collections, shipped_tables, table_collections
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
_MEASURED = """
## Collections of tables

Tables that were measured, or official tables of what was (their cards say which), with the model that experts accept:
`kansr datasets list measured` lists them. In a card, `model` is that model with constants as decimals, `errors` says
whether errors are absolute or a share of the target, `digits` where the numbers were taken from.
"""


def datasets() -> str:
    """Write the page."""
    more = [_tables(name) for name in table_collections()]
    laws = table(
        ["collection", "laws", "source"],
        [[code(c.name), str(len(c.laws)), "; ".join(c.sources)] for c in collections()],
    )
    return page("Datasets", _INTRODUCTION, "## Tables", _tables(""), _LAWS, laws, _MEASURED, *more)


def _tables(collection: str) -> str:
    """List the tables on their own, or those of a collection."""
    rows = [[code(t.name), str(t.rows), t.title] for t in shipped_tables(collection)]
    return table(["table", "rows", "what it is"], rows)
