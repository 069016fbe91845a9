r"""A formula in MathML, which browsers draw by themselves: no script, no font, no picture.

latex2mathml makes it from our LaTeX, but copies the text of a name as it stands, so that a column called `<script>`
would become one. A name that is more than letters and digits therefore goes around it: a letter of the private area
holds its place, and the escaped name is put there afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

import sympy
from latex2mathml.converter import convert

from kansr.formula.latex import latex_names, to_latex

LONGEST = 6000
"""Letters of LaTeX up to which a formula is set: above it nobody could read it, and setting it would take seconds."""

_WORD = r"\\mathrm\{[A-Za-z0-9]+\}"
_HARMLESS = re.compile(rf"(\\[A-Za-z]+|[A-Za-z]|{_WORD})(_\{{([A-Za-z0-9]+|{_WORD})\}})?")
_LINE = 60  # letters of LaTeX that fit in a line
_SIGN = re.compile(r"(<math[^>]*>)<mrow><mo>(?=&#x0002B;|&#x02212;)")
_PRIVATE = 0xE000
_HELD = re.compile("<mi>([\ue000-\uf8ff])</mi>")
_LETTERS = re.compile(r'(?:<mi mathvariant="normal">[A-Za-z0-9]</mi>)+')


def to_mathml(expr: sympy.Expr, names: Mapping[str, str], *, target: str | None = None) -> str:
    """Write a formula as a `<math>` element; the empty text where it is too long to be read.

    A long sum becomes an element for each of its terms: a browser breaks lines between them, but not within one.

    Parameters
    ----------
    expr, names
        The expression, and safe name -> column name of its symbols.
    target
        The column that stands before an equals sign, if any.

    >>> x = sympy.Symbol("x")
    >>> print(to_mathml(x, {"x": "<b>"}))  # doctest: +ELLIPSIS
    <math ...><mtext>&lt;b&gt;</mtext>...</math>
    """
    every = dict(names) if target is None else {**names, "": target}
    held = dict(enumerate(every.values()))
    set_names = {
        name: text if _HARMLESS.fullmatch(text) else chr(_PRIVATE + i)
        for i, (name, text) in enumerate(latex_names(every).items())
    }
    latex = to_latex(expr, set_names)
    if len(latex) > LONGEST:
        return ""
    whole = latex if target is None else f"{set_names['']} = {latex}"
    first, *others = _pieces(whole)
    found = " ".join([convert(first), *map(_term, others)])
    joined = _LETTERS.sub(lambda run: f"<mi>{re.sub('<[^>]*>', '', run[0])}</mi>", found)
    return _HELD.sub(lambda place: f"<mtext>{_shown(held[ord(place[1]) - _PRIVATE])}</mtext>", joined)


def _term(piece: str) -> str:
    """Set a further term of a sum: the sign in front of it stands between two terms."""
    found: str = convert(piece)
    return _SIGN.sub(r'\1<mrow><mo form="infix">', found, count=1)


def _pieces(latex: str) -> list[str]:
    """Cut a long formula before the signs of its outermost sum."""
    if len(latex) <= _LINE:
        return [latex]
    pieces, depth = [""], 0
    for part in re.split(r"(\\left|\\right|[{}]| (?=[+-] ))", latex):
        depth += {"\\left": 1, "{": 1, "\\right": -1, "}": -1}.get(part, 0)
        if part == " " and depth == 0:
            pieces.append("")
        pieces[-1] += part
    return pieces


def _shown(name: str) -> str:
    """Give a name as text of a page: escaped, and without characters that cannot be seen."""
    return escape("".join(letter if letter.isprintable() else " " for letter in name))
