"""Numbers and verdicts as people read them, on a page as on the terminal."""

from __future__ import annotations

import math
import re

TITLES = {
    "exact": "exact",
    "noise": "consistent with the noise",
    "approximation": "an approximation",
    "undecided": "too few rows to tell",
}
"""What the verdicts are called."""


def verdict_sentence(
    verdict: str, *, error: float, spread: float, network: float, why: str = "", crossed: bool = False
) -> str:
    """Say how far a formula can be trusted: its error on the test rows, and that of the splines behind it.

    Where there are too few rows to put any aside, the error is `crossed`: that of cross-validation.

    >>> verdict_sentence("noise", error=0.02, spread=1.0, network=0.02)
    'Consistent with the noise: what the formula leaves over, 2 % of the spread, looks like noise.'
    >>> verdict_sentence("undecided", error=0.1, spread=1.0, network=0.1, why="8 data points are few", crossed=True)
    'Too few rows to tell: 8 data points are few. In cross-validation it is off by 10 % of the standard deviation.'
    """
    said = of_spread(error, spread)
    if crossed:
        return _crossed(verdict, said.replace("the spread", "the standard deviation"), why)
    if verdict == "exact":
        return "Exact: on rows it has never seen, the formula is right to rounding."
    if verdict == "noise":
        return f"Consistent with the noise: what the formula leaves over, {said}, looks like noise."
    if not math.isfinite(error):
        return "An approximation without a value on some of the test rows: do not rely on it."
    return (
        f"An approximation: on rows it has never seen, the formula is off by {said}; "
        f"the splines behind it are off by {of_spread(network, spread)}."
    )


def _crossed(verdict: str, said: str, why: str) -> str:
    """Say the same of few rows, all of which fitted the constants."""
    off = f"In cross-validation it is off by {said}."
    if verdict == "exact":
        return f"Exact: on all data points, the formula is {why or 'right to rounding'}."
    if verdict == "noise":
        return f"Consistent with the noise: nothing but noise is left on all data points. {off}"
    if verdict == "undecided":
        return f"Too few rows to tell: {why}. {off}" if why else f"Too few rows to tell. {off}"
    return f"An approximation: {why}. {off}" if why else f"An approximation. {off}"


def number(value: float | None) -> str:
    """Write a number with three digits.

    >>> number(0.0123456), number(1.23456e-9), number(None)
    ('0.0123', '1.23e-09', '-')
    """
    return "-" if value is None or not math.isfinite(value) else f"{value:.3g}"


def with_error(constant: str, error: float) -> str:
    """Write a constant with its standard error, which has two digits.

    >>> with_error("9.81", 0.0204), with_error("1200.5", 234.5), with_error("2.5", math.inf)
    ('9.81 ± 0.020', '1200.5 ± 230', '2.5 (the data do not determine it)')
    """
    if not math.isfinite(error):
        return f"{constant} (the data do not determine it)"
    return f"{constant} ± {two_digits(error)}"


def two_digits(error: float) -> str:
    """Write a standard error with two digits.

    >>> two_digits(0.0204), two_digits(234.5), two_digits(1.23e-9)
    ('0.020', '230', '1.2e-09')
    """
    shown = f"{error:.1e}"
    power = int(shown.partition("e")[2])
    return f"{float(shown):.{max(1 - power, 0)}f}" if -5 <= power <= 5 else shown


def of_spread(error: float | None, spread: float) -> str:
    """Write an error beside the target's spread.

    >>> of_spread(0.05, 2.0), of_spread(2e-9, 2.0), of_spread(33.0, 2.0)
    ('2.5 % of the spread', '1e-09 of the spread', '16 times the spread')
    """
    if error is None or not spread > 0 or not math.isfinite(error):
        return number(error)
    part = error / spread
    if part >= 9.95:
        return f"{part:.2g} times the spread"
    return f"{_percent(part)} of the spread"


def _percent(part: float) -> str:
    if part < 1e-4:
        return f"{part:.1g}" if part else "0 %"
    return f"{100 * part:.0f} %" if part >= 0.995 else f"{100 * part:.2g} %"


def readable(formula: str) -> str:
    """Round the decimal numbers of a formula to five digits, for a table that is only read.

    >>> readable("5352744.168668371 - 0.1234567*x_12345678**2 + 1000000")
    '5.3527e+06 - 0.12346*x_12345678**2 + 1000000'
    """
    return re.sub(r"(?<![\w.])\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w.])", _rounded, formula)


def _rounded(match: re.Match[str]) -> str:
    """Round what is longer than its rounded form; whole numbers stay."""
    text = match[0]
    if not re.search(r"[.e]", text):
        return text
    return min(text, f"{float(text):.5g}", key=len)
