"""A page in one HTML file that opens without a network: style, script and pictures are inside.

The pictures are SVG from templates, not from matplotlib: so a page needs no extra, takes the colours of the reader
(light, dark, print) and its letters stay letters. `kansr plot` draws the same numbers with matplotlib, for papers.

Everything that comes from a table or a run is escaped by the templates, but the MathML of formulas, whose names are
escaped where it is made. The page's own policy allows its one style sheet and its one script, by their hashes, and
nothing else: it cannot ask for anything, and a script that came in by any way would not run.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kansr.report.charts import (
    curve_charts,
    dependence_chart,
    front_chart,
    predicted_chart,
    residual_charts,
    staircase_chart,
)
from kansr.report.diagram import diagram
from kansr.report.page import Page, Written
from kansr.report.words import TITLES, number, of_spread, readable, two_digits, verdict_sentence

MARK = '<meta name="generator" content="kansr">'
"""What the head of each page holds: by it a page is known as one that kansr wrote."""

_TRIED = 15  # graphs that are listed


def render(page: Page) -> str:
    """Write a page; the same page gives the same text."""
    style, script = _file("page.css"), _file("page.js")
    return _environment().get_template("page.html").render(
        page=page,
        mark=Markup(MARK),
        style=Markup(style),
        script=Markup(script),
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
        "form-action 'none'",
        title=TITLES[page.verdict],
        sentence=verdict_sentence(
            page.verdict, error=page.formula.rmse[2], spread=page.spread, network=page.network_error, why=page.why,
            crossed=page.crossed,
        ),
        front=front_chart(page),
        staircase=staircase_chart(page),
        predicted=predicted_chart(page),
        residuals=list(residual_charts(page)),
        dependence=[dependence_chart(page, one) for one in page.dependence],
        network=None if page.network is None else diagram(page.network),
        curves=list(curve_charts(page)),
        tried=_tried(page),
    )  # fmt: skip


def _tried(page: Page) -> list[dict[str, object]]:
    """Give the graphs that were tried, the chosen one first, then by the error they cannot get below."""
    rows = [] if page.structure is None else page.structure["tried"]
    return sorted(rows, key=lambda r: (not r["chosen"], r["floor"] is None, r["floor"]))[:_TRIED]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kansr.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "readable": readable,
        "two_digits": two_digits,
        "math": _math,
        "of_spread": of_spread,
    }
    return environment


def _seen(value: object) -> object:
    """Put a sign in the place of characters that cannot be seen, and could reverse or hide text."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in value)


def _math(written: Written) -> Markup:
    """Give the MathML of a formula, or its text where it is too long for that."""
    if written.mathml:
        return Markup(written.mathml)
    return Markup("<code>{}</code>").format(readable(written.text))


def _file(name: str) -> str:
    return (files("kansr.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
