"""How much of the forms is tried."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How much is tried: counted, never timed.

    Parameters
    ----------
    entries
        Basis functions in the dictionary.
    terms
        Basis functions in one form.
    beam, branches
        Sets that one more term is added to, and how many such terms for each.
    plain
        Entries, the plainest, of which all sets of three are compared.
    each
        Forms of one link, kind of noise and number of terms that are fitted with all their constants.
    others
        Further ones, the best of all.
    kept
        Forms that are fitted to the end.
    sizes
        Parts up to which the best form of each number of parts is fitted to the end, too: the short lines of a front.
    simple
        Of these the ones whose constants are made simple where that is shorter.
    exact
        Whether a form that leaves nothing but rounding ends the search: on many rows there is no other.
    """

    entries: int = 1200
    terms: int = 3
    beam: int = 40
    branches: int = 4
    plain: int = 70
    each: int = 3
    others: int = 60
    kept: int = 40
    sizes: int = 12
    simple: int = 12
    exact: bool = False
