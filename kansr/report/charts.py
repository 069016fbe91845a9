"""Which charts a page has, each made from its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from kansr.report.chart import SMALL, Chart, Mark, Series, chart
from kansr.report.page import PARTS, Dependence, Page
from kansr.report.words import number, readable

STYLES = ("part-train", "part-validation", "part-test")
"""Classes of the parts of the rows, in the order of `PARTS`."""

ROUNDING = 1e-17
"""Share of the target's spread below which errors are drawn as if they were so large."""

_ROUNDING_SEEN = 1e-16  # half of the height of residuals that are rounding
_CURVES = 24
_COLUMNS = 6  # along which residuals are drawn, besides the prediction


def front_chart(page: Page) -> Chart:
    """Size against validation error: a point for each formula of the front, which leads to its row in the table."""
    floor = ROUNDING * (page.spread or 1.0)
    errors = [max(one.rmse[1], floor) if math.isfinite(one.rmse[1]) else floor for one in page.front]
    sizes = [float(one.complexity) for one in page.front]
    marks = [
        Mark(
            x=size,
            y=error,
            href=f"#front-{i + 1}",
            label=f"size {one.complexity}, error {number(one.rmse[1])}: {readable(one.text)}",
            chosen=i == page.chosen,
        )
        for i, (one, size, error) in enumerate(zip(page.front, sizes, errors, strict=True))
    ]
    line = Series(kind="steps", style="faint", x=sizes, y=errors)
    labels = ("size of the formula", page.error_of_front)
    return chart("The front: size against error", [line], labels=labels, log=(False, True), marks=marks)


def staircase_chart(page: Page) -> Chart | None:
    """Error after each stage of the training, a step each; None where there is only one."""
    stages = page.history
    if len(stages) < 2:
        return None
    ends = [float(n) for n in range(len(stages) + 1)]
    series = [
        Series(kind="steps", style=style, x=ends, y=[*values, values[-1]])
        for style, values in (
            (STYLES[0], [stage.train for stage in stages]),
            (STYLES[1], [stage.validation for stage in stages]),
        )
    ]
    texts = [(i + 0.5, str(stage.grid or stage.stage)) for i, stage in enumerate(stages)]
    return chart(
        "The staircase: error after each stage",
        series,
        labels=("grid of each stage", f"RMSE of the network{page.unit_of_target}"),
        log=(False, True),
        x_texts=texts if len(texts) <= 12 else texts[:: len(texts) // 8],
    )


def predicted_chart(page: Page) -> Chart:
    """Measured against predicted, with the line on which both are the same."""
    rows = page.scatter
    known = [v for v in (*rows.measured, *rows.predicted) if v is not None]
    ends = [min(known), max(known)]
    target = page.named_with_unit(page.target)
    same = Series(kind="line", style="faint", x=ends, y=ends)
    series = [same, *_by_part(page, rows.predicted, rows.measured)]
    return chart("Measured against predicted", series, labels=(f"predicted {target}", f"measured {target}"), size=SMALL)


def residual_charts(page: Page) -> Iterator[Chart]:
    """Residuals against the prediction, and along the columns of the formula."""
    rows = page.scatter
    least = _ROUNDING_SEEN * (page.spread or 1.0)  # what is below it is no pattern
    along = [(f"predicted {page.named_with_unit(page.target)}", rows.predicted)]
    along += [(page.named_with_unit(name), values) for name, values in list(rows.columns.items())[:_COLUMNS]]
    for label, x in along:
        known = [v for v in x if v is not None]
        zero = Series(kind="line", style="faint", x=[min(known, default=0.0), max(known, default=1.0)], y=[0.0, 0.0])
        title = f"Residuals along {label}"
        labels = (label, f"measured − predicted{page.unit_of_target}")
        yield chart(title, [zero, *_by_part(page, x, rows.residuals)], labels=labels, size=SMALL, least=least)


def dependence_chart(page: Page, one: Dependence) -> Chart:
    """How the formula depends on one column: its mean, and where eight of ten rows lie."""
    column = page.named_with_unit(one.column)
    band = Series(kind="band", style="first", x=one.x, y=one.low, top=one.high)
    mean = Series(kind="line", style="first", x=one.x, y=one.mean)
    labels = (column, page.named_with_unit(page.target))
    return chart(f"{page.target} along {one.column}", [band, mean], labels=labels, size=SMALL)


def curve_charts(page: Page) -> Iterator[tuple[Chart, str, float | None]]:
    """Give the curve on each edge, with its function and what the function leaves over as a share of its spread."""
    if page.network is None:
        return
    names = page.network["names"]
    for edge in page.network["edges"][:_CURVES]:
        source, target = names[edge["source"]], names[edge["target"]]
        series = [Series(kind="line", style="first learned", x=edge["x"], y=edge["y"])]
        if edge["fitted"] is not None:
            series.append(Series(kind="line", style="second over", x=edge["x"], y=edge["fitted"]))
        drawn = chart(
            f"{source} → {target}", series, labels=(page.named_with_unit(source), f"into {target}"), size=SMALL
        )
        yield drawn, edge["label"] or "", edge["misfit"]


def _by_part(page: Page, x: Sequence[float | None], y: Sequence[float | None]) -> list[Series]:
    """Give dots for the rows of each part, the test rows on top."""
    found = []
    for number_of, style in enumerate(STYLES[: len(PARTS)]):
        mine = [i for i, part in enumerate(page.scatter.part) if part == number_of]
        found.append(Series(kind="dots", style=style, x=[x[i] for i in mine], y=[y[i] for i in mine]))
    return found
