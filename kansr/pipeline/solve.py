"""The engine as paragraphs of calls: groups, graph, functions, front, verdict. No file is touched here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from kansr.formula.formula import Formula
from kansr.formula.front import choose as choose_formula
from kansr.formula.front import front
from kansr.pipeline.beside import network_of
from kansr.pipeline.drawn import network_summary, read_as
from kansr.pipeline.few import beside_forms, chosen_again, columns_of, from_forms
from kansr.pipeline.judging import Judged, noise_summary, of_one_dimension, said, verdict
from kansr.pipeline.many import from_sample
from kansr.pipeline.outliers import gross_errors
from kansr.pipeline.plain import FLOOR, answer, is_decided, judged_all, quick, simple
from kansr.pipeline.problem import Problem
from kansr.pipeline.remarks import disobedient, kept_splines, misfit, unexplained, unread
from kansr.pipeline.rivals import rivals
from kansr.pipeline.threads import one_thread
from kansr.pipeline.wishes import obeying, told
from kansr.progress import Clock, Event, Report
from kansr.result import Choice, NetworkSummary, NoiseSummary, Verdict
from kansr.structure.account import account
from kansr.structure.found import Form, Found, Searched, rank
from kansr.structure.screen import screen
from kansr.structure.search import WIDEST, search
from kansr.structure.task import Search
from kansr.symbolic.discover import Discovery, discover, tell
from kansr.symbolic.held import held
from kansr.symbolic.targets import logarithm, named, transforms

_SCREENED = 0.2  # share of the time that finding the columns that matter may take
_GROUPED = 0.4  # share of the time for the problem between groups
_GRAPHS = 4  # graphs that are read for formulas, at most
_SEARCH = 0.6  # share of the time after which no graph is searched any more
_READ_ON = "cpu"  # curves are read by many small steps, which no GPU makes faster
_CLEAR = 5e-4  # error of a graph from which its curves are not read before the search is over
_CONSTANTS = 4  # of a formula at which the search may end: under noise, more of them make nearly anything fit
_PLAIN = 1  # the same of one that no network tells: under noise a power that is no simple number mimics a sum
_NAMING = 10.0  # seconds for the curves of its network
_SURE = 2  # the same where there was no time to read a network to the end
_AMONG = 40  # formulas between which the choice of few rows is made again
_SHARE_OF_FORMS = 0.3  # of the time for reading a network of few rows, for the forms that it is judged beside
_FEW_SECONDS = 3.0  # for networks of few rows, or as long as the forms took: few rows determine small ones only
_BESIDE = 2.0  # seconds for training the network beside a law that the rows gave without one
_READ = 0.3  # share of what is left that reading a graph may take while the search may still go on ..
_READ_MORE = 0.6  # .. and where nothing better may come, since noise is left, or where a hundred curves take long


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """Formulas for a problem, and the network that the best of them was read from.

    `problem` is the one that this network was trained on: the columns, or groups of them. `judged` is all that was
    measured, `source` the one that `formula` comes from; `verdicts` are those on the formulas of the front; `rivals`
    what the rows cannot separate from `formula`; `rejected` formulas that break a wish, and how; `structure` is the
    account of the search for the graph (see `kansr.structure.account`), empty where none was made.
    """

    problem: Problem
    found: Found
    judged: tuple[Judged, ...]
    source: Judged
    front: tuple[Formula, ...]
    verdicts: tuple[Verdict, ...]
    formula: Formula
    verdict: Verdict
    exact: bool
    network: NetworkSummary
    warnings: tuple[str, ...]
    rivals: tuple[Formula, ...] = ()
    rejected: Mapping[str, str] = field(default_factory=dict)
    structure: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    noise: NoiseSummary | None = None
    choice: Choice | None = None

    @property
    def is_law(self) -> bool:
        """Whether nothing is left to look for."""
        return self.verdict in ("exact", "noise") and not self.warnings


Keep = Callable[[Problem, Found], None]
"""Gets each graph that a search has trained, with the problem that it was trained on."""


def nobody(problem: Problem, found: Found) -> None:
    """Keep nothing."""


@one_thread()
def solve(
    problem: Problem,
    *,
    clock: Clock,
    report: Report,
    keep: Keep = nobody,
    known: tuple[Problem, Found] | None = None,
) -> Solution:
    """Search for the graph, and read each graph that is settled for formulas until one is a law.

    Where units allow dimensionless groups, these are searched first. Where they give no law, columns are searched with
    the time that is left, and the formulas of both are compared. `known` is a graph that an earlier search has found,
    with the problem that it was trained on: a settled one is read before anything is searched, others with the rest.
    """
    problem = _screened(problem, clock, report)
    for one in quick(problem):
        tell(one, problem.rows, report)
    if problem.split.cross:
        return _of_few(problem, clock, report, keep, known)
    forms = from_sample(problem, clock, report) if known is None and _is_free(problem) else []
    reader = _Reader(problem if known is None else known[0], clock, report, forms)
    groups = problem.find_groups()
    if groups is None or reader.is_decided or not problem.recipe.structure.search:
        return _searched(reader, keep, known)
    grouped = problem.grouped(groups)
    columns = known is not None and known[0].groups is None  # what is known goes to the search that it came from
    report(Event(stage="groups", message=f"{grouped.output} of {', '.join(grouped.inputs)}"))
    seen = grouped if known is None or columns else known[0]
    first = _searched(_Reader(seen, clock.part(_GROUPED), report, forms), keep, None if columns else known)
    if first.is_law or clock.over():
        return first
    return _best([first, _searched(reader, keep, known if columns else None)])


def _is_free(problem: Problem) -> bool:
    """Whether forms of the columns may be an answer: no width is asked for, and the columns are not too many."""
    return problem.recipe.network.width is None and len(problem.names) <= WIDEST


def _of_few(
    problem: Problem, clock: Clock, report: Report, keep: Keep, known: tuple[Problem, Found] | None
) -> Solution:
    """Solve a table of few rows: forms first; a network then has to show more than they do, and soon.

    What is known already is a network; the forms of an earlier search were not kept, and are soon found again.
    """
    before = clock.seconds()
    problem, found = from_forms(problem, clock, report)
    spent = clock.seconds() - before
    same = known is not None and known[0].groups is None and known[0].inputs == problem.inputs
    taken_up = (problem, known[1]) if known is not None and same else None
    reader = _Reader(problem, clock.within(max(_FEW_SECONDS, spent)), report, found)
    return _searched(reader, keep, taken_up)


def _screened(problem: Problem, clock: Clock, report: Report) -> Problem:
    """Leave out the columns of a wide table that nothing speaks for, where the user has asked for no width."""
    features = problem.table.features
    if len(features) <= WIDEST or problem.recipe.network.width is not None:
        return problem
    recipe = problem.recipe
    kept = screen(problem.data, order=recipe.network.order, seed=recipe.seed, clock=clock.part(_SCREENED))
    report(Event(stage="columns", message=f"{len(kept)} of {len(features)}: {', '.join(features[i] for i in kept)}"))
    return problem.narrowed([features[i] for i in kept])


@one_thread()
def read(problem: Problem, found: Found, *, clock: Clock, report: Report) -> Solution:
    """Find formulas for a trained graph; of few rows forms are beside them as in a fit, unless edges are set."""
    forms: list[Discovery] = []
    if problem.split.cross and problem.groups is None:
        if held(found.trained.kan):
            problem, _ = beside_forms(problem, clock.apart(_SHARE_OF_FORMS))
        else:
            problem, forms = from_forms(problem, clock, report)
    reader = _Reader(problem, clock, report, forms)
    reader.read([reader.here(found)])
    return reader.best()


def _searched(reader: _Reader, keep: Keep, known: tuple[Problem, Found] | None) -> Solution:
    """Search for the graph, unless what needs no network is enough; `known` is one of the reader's problem."""
    problem, clock, report, recipe = reader.given, reader.clock, reader.report, reader.given.recipe
    before = [] if known is None else [known[1]]
    reader.read([reader.here(found) for found in before if found.settled])
    if reader.law:
        return _explained(reader.best(), Searched(found=(), probe=None), problem)
    law = reader.beside(keep) if (reader.is_decided or not recipe.structure.search) and known is None else None
    if law is not None:
        return _explained(law, Searched(found=(law.found,)), problem)
    network, training, own = recipe.network, recipe.training, clock.part(_SEARCH)
    if not recipe.structure.search or (reader.is_decided and problem.split.cross):
        # the formula has no graph of its own, as a constant has none: a coarse network will do
        network = replace(network, width=network.width or (len(problem.inputs), 1))
        training = replace(training, grid=training.grid[:1])
    task = Search(
        data=problem.data,
        network=network,
        training=training,
        structure=recipe.structure,
        seed=recipe.seed,
        clock=own,
        transforms=transforms(problem.inside),
        logarithm=logarithm,
        named=named,
        report=report,
        enough=reader.glance,
        keep=partial(keep, problem),
    )
    searched = search(task)
    every = rank([*searched.found, *before]) if before else searched.found
    searched = replace(searched, found=tuple(map(reader.here, every)))
    reader.read(searched.found)
    return _explained(reader.best(), searched, problem)


def _explained(solution: Solution, searched: Searched, problem: Problem) -> Solution:
    """Put the account of a search beside what came of it."""
    ahead = (solution.found, *(f for f in searched.found if f is not solution.found))
    structure = account(replace(searched, found=ahead), problem.inputs, problem.output)
    return replace(solution, structure=structure)


class _Reader:
    """Reads graphs for formulas until one gives a law without splines: each graph once, or again with more time."""

    def __init__(self, problem: Problem, clock: Clock, report: Report, forms: Sequence[Discovery] = ()):
        self.given, self.clock, self.report = problem, clock, report
        self.problem = problem.to(_READ_ON)
        self.known: dict[int, tuple[Found, Found]] = {}  # graphs on the device of the search, and here
        self.simple = judged_all(problem, [*simple(problem, clock), *forms])
        self.is_decided = bool(forms) and is_decided(problem, self.simple)
        self.solutions: dict[Form, Solution] = {}
        self.hurried: set[Form] = set()  # those that had no time to be read to the end
        self.law = False

    def here(self, found: Found) -> Found:
        """Give a graph where it is read: the same one for the same one."""
        return self.known.setdefault(id(found), (found, found.to(_READ_ON)))[1]

    def beside(self, keep: Keep) -> Solution | None:
        """The formulas that need no network, and beside them the network of the one that is the answer."""
        one = answer(self.problem, self.simple)
        drawn = network_of(self.problem, one.formula, self.clock.within(_BESIDE))
        if drawn is None:
            return None
        found, lines = drawn
        keep(self.problem, found)
        solution = _solution(self.problem, found, self.simple)
        return replace(solution, network=replace(solution.network, lines=lines))

    def glance(self, graphs: Sequence[Found]) -> bool:
        """Read the plainest functions of graphs while the search may go on: whether that gives a law."""
        for found in map(self.here, graphs):
            if self.law or found.form in self.solutions or self.is_plain(found):
                continue
            noise = not found.verdict.right  # where splines limit nothing, only the length of all decides
            if not noise and found.verdict.floor > _CLEAR:
                continue
            wide = len(found.trained.graph.used) > WIDEST
            self.take(found, self.clock.part(_READ_MORE if noise or wide else _READ), deep=noise)
            if not noise:
                self.hurried.add(found.form)
        return self.law

    def is_plain(self, found: Found) -> bool:
        """Whether a formula that needs no network is the law beside this one, and can hardly be so by chance.

        The network is read for a moment all the same, so that its curves get their names.
        """
        solution = _solution(self.problem, found, self.simple)
        if self.is_decided and self.problem.split.cross:
            self.law = True
            self.solutions[found.form] = solution
            return True
        if not self.is_decided and (not solution.is_law or len(solution.formula.errors) > _PLAIN):
            return False
        self.take(found, self.clock.within(_NAMING), deep=False)
        self.law = True
        return True

    def read(self, graphs: Sequence[Found]) -> None:
        """Read the best graphs to the end, until one gives a law."""
        for found in graphs:
            if self.is_decided and not self.law and self.is_plain(found):
                break
            again = found.form in self.hurried
            full = len(self.solutions) >= _GRAPHS and not again
            if self.law or full or (self.solutions and self.clock.over()):
                break
            if again or found.form not in self.solutions:
                self.take(found, self.clock, deep=True)

    def take(self, found: Found, clock: Clock, *, deep: bool) -> None:
        """Find formulas for one graph."""
        problem, form = self.problem, found.form
        discoveries = discover(
            found.trained.kan,
            problem.data,
            replace(problem.rows, multiplier=problem.multiplier),
            problem.recipe.symbolic,
            falling=found.verdict.falling,
            deep=deep,
            clock=clock,
            report=self.report,
        )
        (self.hurried.add if clock.over() else self.hurried.discard)(form)
        self.solutions[form] = _solution(problem, found, [*judged_all(problem, discoveries), *self.simple])
        most = _SURE if form in self.hurried else _CONSTANTS
        self.law = self.solutions[form].is_law and len(self.solutions[form].formula.errors) <= most
        self.law |= problem.split.cross and self.solutions[form].verdict != "approximation"

    def best(self) -> Solution:
        """The graph with the best formula, and what the others gave beside it; where that is no law, quick answers."""
        best = _best(list(self.solutions.values()))
        if best.verdict != "approximation" or held(best.found.trained.kan):
            return best
        rest = judged_all(self.problem, [one for one in quick(self.problem) if one.label == "polynomial"])
        return _best([_solution(best.problem, best.found, [*best.judged, *rest])]) if rest else best


def _best(solutions: Sequence[Solution]) -> Solution:
    """The network with the best formula, and what the others gave beside it."""
    problem = solutions[0].problem
    chosen = choose_formula([s.formula for s in solutions], problem.recipe.select, floor=FLOOR * problem.size)
    best = next(s for s in solutions if s.formula is chosen)
    if len(solutions) > 1:
        best = _joined(best, solutions)
    return replace(best, warnings=(*best.warnings, *unexplained(best.problem, best.formula, best.verdict)))


def _joined(best: Solution, solutions: Sequence[Solution]) -> Solution:
    """Compare all formulas; where another network's comes out best among all, that network stands for them."""
    every = list({id(one): one for s in solutions for one in s.judged}.values())
    joined = _solution(best.problem, best.found, every)
    owner = next(s for s in (best, *solutions) if joined.source in s.judged)
    if owner is not best:
        joined = _solution(owner.problem, owner.found, every)
    return replace(joined, structure=owner.structure)


def _solution(problem: Problem, found: Found, every: Sequence[Judged]) -> Solution:
    answers = list(every)
    if held(found.trained.kan):  # then only formulas that hold the user's choice are an answer
        answers = [one for one in every if one.source.choice is not None] or answers
    obedient, others = obeying(answers, problem.shape)
    proposed = of_one_dimension(problem, obedient)
    best = front([one.formula for one in proposed], floor=FLOOR * problem.size)
    formula = choose_formula(best, problem.recipe.select, floor=FLOOR * problem.size)
    sources = [next(one for one in proposed if one.formula is rival) for rival in best]
    verdicts = tuple(verdict(problem, one, found) for one in sources)
    rejected = told(others, formula)
    own, source = next((v, one) for v, one in zip(verdicts, sources, strict=True) if one.formula is formula)
    plain = [] if source.source.has_splines else [one.formula for one in proposed if not one.source.has_splines]
    return Solution(
        problem=problem,
        found=found,
        judged=tuple(every),
        source=source,
        front=best,
        verdicts=verdicts,
        formula=formula,
        verdict=own,
        exact=own == "exact",
        network=network_summary(problem, found, read_as(source.source, every)),
        warnings=(
            *kept_splines(problem, source.source),
            *misfit(source.clash),
            *disobedient(rejected, formula),
            *(gross_errors(problem, formula) if own != "exact" else ()),
            *(unread(problem, found, formula, best) if own == "approximation" else ()),
        ),
        rivals=rivals(problem, formula, plain, exact=own == "exact"),
        noise=noise_summary(problem, formula, own),
        why=said(problem, source).why if problem.split.cross else "",
        choice=_chosen_again(problem, formula, [one for one in best if one in plain]),
        rejected=rejected,
    )


def _chosen_again(problem: Problem, formula: Formula, others: Sequence[Formula]) -> Choice | None:
    """Make the choice of few rows again without each; None where rows were put aside, or splines stand in it."""
    if not problem.split.cross or problem.noise is None or formula not in others or formula.description_length is None:
        return None
    finite = [one for one in others if one.description_length is not None]
    rest = {one.text: one for one in sorted(finite, key=lambda one: one.length) if one.text != formula.text}
    return chosen_again([formula, *rest.values()][:_AMONG], columns_of(problem), problem.noise)
