"""Words that results use, each of a few."""

from typing import Literal

Verdict = Literal["exact", "noise", "approximation", "undecided"]
Validation = Literal["held out", "cross"]
