"""What can go wrong, each with the exit code that the command line returns for it.

An error says what happened (with the offending value), where (column, row, key) and what to do about it.
It is raised where the fact is known and caught once, in `kansr.cli.main`.
"""

from __future__ import annotations


class KansrError(Exception):
    """Base of every error that kansr raises on purpose.

    Parameters
    ----------
    what
        What went wrong, with the offending value.
    where
        Column, row, key or file, if there is one.
    hint
        What the user can do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what, self.where, self.hint = what, where, hint

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f"\n  {self.hint}" if self.hint else ""
        return f"{self.what}{place}{advice}"


class UsageError(KansrError):
    """The command line or a call asks for something that cannot be."""

    exit_code = 2


class RecipeError(UsageError):
    """A recipe is not valid: the message names file, line and key."""


class RunError(UsageError):
    """A run folder is missing, damaged or would be overwritten."""


class FormulaError(UsageError):
    """A formula text cannot be read, or holds a name that is not allowed."""


class TableError(KansrError):
    """A table cannot be used: the message names column and row."""

    exit_code = 3


class QualityError(KansrError):
    """Nothing reached the quality that was asked for."""

    exit_code = 4


class ClusterError(KansrError):
    """The cluster was lost in the middle of its work, or gave no answer of kansr; what was found so far is kept."""

    exit_code = 5


class ExportError(KansrError):
    """Exported code does not compute the formula: a mistake in kansr."""
