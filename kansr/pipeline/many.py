"""Many rows: forms are compared on a sample, laws are told from more rows, and all of them fit the constants."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kansr.forms import Candidate, Settings, fitted_candidate, forms, is_exact, relations, written_candidate
from kansr.forms.index import index_laws
from kansr.noise.digits import steps
from kansr.noise.model import Noise, kinds_for
from kansr.pipeline.few import chosen, discoveries
from kansr.pipeline.problem import Problem
from kansr.progress import Clock, Event, Report
from kansr.symbolic.discover import Discovery, Rows, tell

_SAMPLE, _MANY, _SHARE = 150, 4, 0.2  # rows on which forms are compared; forms that are read closely; share of the time
_MORE = 2000  # rows that tell the best of them apart
_EFFORT = 4e9  # multiplications that relations of these may take: those of a second


def from_sample(problem: Problem, clock: Clock, report: Report) -> list[Discovery]:
    """Find forms of many rows without a network: compared on a sample, their constants fitted to all rows."""
    own = clock.apart(_SHARE)
    found = _of_sample(problem, own)
    if found and not is_exact(found[0]):
        found = _by_more_rows(found, problem, own)
    every: list[Discovery] = []
    for i, one in enumerate(chosen(found, _MANY)):
        is_law = is_exact(one)
        for discovery in discoveries(one, problem, simple=i < _MANY, closely=is_law):
            tell(discovery, problem.rows, report)
            every.append(discovery)
        if own.over() or is_law:
            break
    report(Event(stage="forms", message=f"{len(found)} without a network"))
    return every


def _of_sample(problem: Problem, clock: Clock) -> list[Candidate]:
    """Give the allowed forms of a sample, or of more rows, the best first: what takes the least time is tried first."""
    rows, more = problem.rows.head(_SAMPLE), problem.rows.head(_MORE)
    columns, noise = dict(rows.columns), _noise_of(rows)
    ways: tuple[Callable[[], list[Candidate]], ...] = (
        lambda: forms(columns, [noise], Settings(exact=True, entries=0), over=clock.over),
        lambda: index_laws(dict(more.columns), _noise_of(more), over=clock.over),
        lambda: _relations(problem, clock),
        lambda: forms(columns, [noise], Settings(exact=True), over=clock.over),
    )
    found: list[Candidate] = []
    for way in ways:
        new = [one for one in way() if problem.rows.allowed(one.expression)]
        found = sorted([*found, *new], key=lambda one: one.bits / len(one.noise.y))
        if any(is_exact(one) for one in new):
            return [one for one in found if is_exact(one)]
    return found


def _relations(problem: Problem, clock: Clock) -> list[Candidate]:
    """Give a law that more rows obey to rounding, where there is one: they tell of larger polynomials than a sample."""
    rows = problem.rows.head(_MORE)
    noise, columns = _noise_of(rows), dict(rows.columns)
    for key, expr in () if clock.over() else relations(columns, rows.y, effort=_EFFORT):
        found = written_candidate(key, expr, columns, noise) if problem.rows.allowed(expr) else []
        if found and is_exact(found[0]):
            return found
    return []


def _by_more_rows(found: Sequence[Candidate], problem: Problem, clock: Clock) -> list[Candidate]:
    """Order forms by their bills on more rows: under noise a sample does not tell those apart that are nearly alike."""
    rows = problem.rows.head(_MORE)
    noise, columns = _noise_of(rows), dict(rows.columns)
    again = [new for one in found if not clock.over() for new in fitted_candidate(one, columns, noise)]
    return sorted(again, key=lambda one: one.bits) or list(found)


def _noise_of(rows: Rows) -> Noise:
    """Give the noise of some of many rows: absolute, or as their weights say."""
    sigma = None if rows.weighing is None else 1 / rows.weighing.root
    return kinds_for(rows.y, sigma, step=steps(rows.y))[0]
