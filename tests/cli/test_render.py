"""The last screen: what people judge kansr by."""

import json
import math
from dataclasses import replace

import pytest
from rich.console import Console

from kansr.cli.render import below, draw, formula_line, next_commands, verdict_sentence
from kansr.formula.formula import Formula, Scores
from kansr.formula.named import Named
from kansr.formula.parse import parse
from kansr.result import Choice, NetworkSummary, NoiseSummary, Result, Stability, StageRow


def formula(text, error, label="", **symbols):
    return Formula(
        text=text,
        expression=parse(text),
        symbols=symbols,
        complexity=len(text),
        label=label,
        rmse=Scores(train=error, validation=error, test=error),
        r2=Scores(train=1 - error**2, validation=1 - error**2, test=1 - error**2),
    )


BEST = formula("exp(x2**2 + sin(pi*x1))", 3.1e-16, "best")
LINEAR, PRUNED = formula("0.531*x1 + 1.83", 1.01, "linear"), formula("exp(x2**2 + 0.9*x1)", 0.31, "pruned")
RESULT = Result(
    run="runs/exp-sin-001",
    status="done",
    target="y",
    features=("x1", "x2"),
    formula=BEST,
    front=(LINEAR, PRUNED, BEST),
    verdict="exact",
    spread=1.234,
    network=NetworkSummary(
        width=(2, 1, 1),
        grid=20,
        rmse_test=1.8e-5,
        lines=("x1 -> h1   sin(pi*x1)", "x2 -> h1   x2**2", "h1 -> y   exp(h1)"),
    ),
    history=(
        StageRow(stage="grid", grid=3, parameters=21, rmse_train=0.01, rmse_validation=0.014, seconds=0.2),
        StageRow(stage="grid", grid=20, parameters=72, rmse_train=1e-5, rmse_validation=1.8e-5, seconds=0.4),
    ),
    exact=True,
    seconds=8.43,
)
LONG = formula(" + ".join(f"{i}.12345*sin({i}*a_{i})" for i in range(1, 40)), 0.05, a_1="a 1", a_2="[red]a\x1b[2J")
HARD = replace(
    RESULT,
    formula=LONG,
    front=(LINEAR, LONG),
    verdict="approximation",
    exact=False,
    target="[bold]force\x1b]0;x\x07 [N]",
    status="timeout",
    network=NetworkSummary(
        width=(40, 5, 1),
        grid=5,
        rmse_test=1e-3,
        lines=tuple(f"x{i} -> h{i % 5 + 1}   {'spline' * i}" for i in range(40)),
    ),
)

FEW = replace(
    RESULT,
    formula=LINEAR,
    verdict="undecided",
    exact=False,
    why="9 data points are few",
    noise=NoiseSummary(kind="absolute", size=0.05, text="absolute, 0.05 (from the residuals)"),
    validation="cross",
    choice=Choice(same=6, rows=9, among=21, rmse=0.07),
)


def drawn(result, width=80, **settings):
    console = Console(width=width, color_system=None, highlight=False, markup=False, **settings)
    with console.capture() as captured:
        draw(result, console, "data.csv")
    return captured.get()


@pytest.mark.parametrize("result", [RESULT, HARD], ids=["plain", "hard"])
@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_screen_fits_the_terminal(result, width):
    assert max(len(line) for line in drawn(result, width).splitlines()) <= min(width, 100)


def test_the_formula_comes_first():
    assert "y = exp(x2**2 + sin(pi*x1))" in "".join(drawn(RESULT).splitlines()[:3])


def test_the_screen_holds_everything_that_a_reader_judges_by():
    screen = drawn(RESULT)
    for part in ("3.1e-16", "1.23", "Exact", "0.531*x1 + 1.83", "sin(pi*x1)", "2-1-1 on grid 20", "runs/exp-sin-001"):
        assert part in screen
    assert "3: 0.014  20: 1.8e-05" in screen
    assert ">" in next(line for line in screen.splitlines() if "3.1e-16  exp" in line)


def test_the_whole_formula_is_on_the_screen_when_it_has_room():
    formula_of_five = formula(" + ".join(f"{i}.5*sin({i}*x)" for i in range(1, 6)), 0.1)
    screen = drawn(replace(RESULT, formula=formula_of_five))
    framed = "".join(line.strip("│ ") + " " for line in screen.splitlines() if line.startswith("│"))
    assert "".join(formula_of_five.text.split()) in "".join(framed.split())


def test_each_verdict_is_a_sentence_with_the_error_in_it():
    assert verdict_sentence(RESULT).startswith("Exact")
    assert "4.1 % of the spread, looks like noise" in verdict_sentence(replace(HARD, verdict="noise"))
    assert "off by 4.1 % of the spread; the splines behind it are off by 0.081 %" in verdict_sentence(HARD)


def test_a_name_cannot_steer_the_terminal_or_style_the_screen():
    screen = drawn(HARD, force_terminal=True)
    assert "[bold]force\\x1b]0;x\\x07 [N]" in screen
    assert 'a_2 is "[red]a\\x1b[2J"' in screen
    assert "\x1b[2J" not in screen
    assert "\x07" not in screen


def test_a_search_that_was_cut_short_says_so():
    assert "time limit" in drawn(HARD)
    assert "Ctrl-C" in drawn(replace(HARD, status="interrupted"))
    assert "ended the search" not in drawn(RESULT)


def test_the_table_of_rivals_is_short_and_the_formula_keeps_every_digit():
    long = formula("0.12345678901234567*x", 0.1)
    screen = drawn(replace(RESULT, formula=long, front=(LINEAR, long)))
    assert "y = 0.12345678901234567*x" in screen
    assert "0.1  0.12346*x" in screen


def test_a_network_of_nothing_but_splines_is_one_line():
    network = replace(RESULT.network, lines=tuple(f"x{i} -> h1   spline" for i in range(9)))
    assert "9 edges, each of them a spline" in drawn(replace(RESULT, network=network))


def test_a_test_part_of_one_row_has_no_spread_to_compare_with():
    screen = drawn(replace(HARD, spread=0.0))
    assert "off by 0.05;" in " ".join(screen.split())
    assert " - of" not in screen


def test_a_large_network_is_cut_and_says_so():
    assert "... and 28 more edges" in drawn(HARD)


def test_the_next_commands_follow_from_the_verdict():
    assert next_commands(RESULT, "data.csv") == (
        "kansr export exp-sin-001 --to latex",
        "kansr predict exp-sin-001 new.csv",
    )
    assert next_commands(HARD, "my data.csv")[:2] == (
        "kansr fit 'my data.csv' --recipe thorough",
        "kansr extend exp-sin-001 --grid 10",
    )
    assert next_commands(FEW, "data.csv") == next_commands(RESULT, "data.csv")  # more time would tell no more
    assert next_commands(replace(HARD, status="interrupted"))[0] == "kansr extend exp-sin-001 --grid 10"
    assert "fit" not in " ".join(next_commands(HARD, "-"))
    assert next_commands(replace(RESULT, run="other place/a"))[0] == "kansr export 'other place/a' --to latex"


def test_numbers_that_are_missing_are_shown_as_missing():
    infinite = formula("1/x", float("inf"))
    screen = drawn(replace(RESULT, formula=infinite, front=(infinite,), verdict="approximation", spread=0.0))
    assert "without a value on some of the test rows" in screen
    assert "inf" not in screen
    assert "nan" not in screen


def test_the_line_for_a_pipe_is_one_line():
    assert formula_line(RESULT) == "y = exp(x2**2 + sin(pi*x1))"
    assert "\n" not in formula_line(HARD)
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(below(RESULT))
    assert "y = " not in captured.get()


def test_a_result_of_few_rows_says_how_it_was_judged_and_why_and_what_noise_there_is():
    screen = " ".join(drawn(FEW).split())
    assert "too few rows to tell" in screen
    assert "Too few rows to tell: 9 data points are few. In cross-validation it is off by" in screen
    assert "RMSE in cross-validation" in screen
    assert "noise absolute, 0.05 (from the residuals)" in screen
    assert "choice made again without each data point: this formula in 6 of 9, among 21; RMSE then 0.07" in screen
    assert "cv error" in screen
    assert "test" not in screen


def test_each_verdict_on_few_rows_is_a_sentence_with_its_reason():
    for verdict, start in (
        ("exact", "Exact: on all data points, the formula is 9 data points"),
        ("noise", "Consistent with the noise: nothing but noise is left on all data points."),
        ("approximation", "An approximation: 9 data points are few."),
    ):
        assert verdict_sentence(replace(FEW, verdict=verdict)).startswith(start)


def test_what_the_chosen_formula_of_few_rows_rests_on_is_not_said_of_another():
    other = FEW.showing(PRUNED)
    screen = " ".join(drawn(replace(other, verdict="undecided")).split())
    assert "Too few rows to tell. In cross-validation" in screen
    assert not any(word in screen for word in ("9 data points", "noise", "made again"))


def test_a_result_survives_as_json():
    for result in (RESULT, HARD, FEW):
        record = json.loads(json.dumps(result.to_record(), allow_nan=False))
        assert Result.from_record(record) == result


def test_the_json_contract_is_kept():
    record = RESULT.to_json()
    first, last = (
        ["run", "status", "target", "features", "formula", "symbols", "constants", "latex", "complexity", "errors"],
        ["front", "rivals", "rejected", "stability", "template", "groups", "seconds"],
    )
    said = ["verdict", "why", "noise", "validation", "choice"]
    assert list(record) == [*first, "fitted", "rmse", "r2", "chi2", "units", "exact", *said, "network", *last]
    assert list(record["rmse"]) == ["train", "validation", "test"]
    assert list(record["r2"]) == ["test"]
    assert record["network"] == {"width": [2, 1, 1], "grid": 20, "rmse_test": 1.8e-5}
    assert [list(rival) for rival in record["front"]] == [
        ["formula", "complexity", "errors", "fitted", "constants", "rmse_validation", "rmse_test"]
    ] * 3
    infinite = replace(RESULT, formula=formula("1/x", float("inf")))
    assert json.loads(json.dumps(infinite.to_json(), allow_nan=False))["rmse"]["test"] is None


def test_fitted_constants_stand_on_the_screen_with_their_errors():
    fitted = replace(formula("9.81*x", 0.1), errors={"9.81": 0.0204, "2.5": math.inf})
    screen = drawn(replace(RESULT, formula=fitted))
    assert "fitted   9.81 ± 0.020" in screen
    assert "2.5 (the data do not determine it)" in screen
    many = replace(fitted, errors={f"{i}.5": 0.1 for i in range(20)})
    assert "... and 12 more" in drawn(replace(RESULT, formula=many))
    assert "fitted" not in drawn(RESULT)
    assert json.loads(json.dumps(replace(RESULT, formula=fitted).to_json()))["errors"] == {"9.81": 0.0204, "2.5": None}


def test_a_constant_has_its_error_and_its_unit_in_one_line():
    fitted = replace(formula("9.81*t**2 + 0.31*x", 0.1), errors={"9.81": 0.0204}, units={"9.81": "m/s^2", "0.31": "1"})
    lines = drawn(replace(RESULT, formula=fitted)).splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip().startswith("fitted"))
    assert [line.strip() for line in lines[at : at + 2]] == ["fitted   9.81 ± 0.020 m/s^2", "0.31 (no unit)"]


def test_a_named_constant_has_its_unit_beside_its_value():
    fall = replace(formula("t", 0.1), expression=Named("g", 9.81) * parse("t**2"), units={"g": "m/s^2"})
    screen = drawn(replace(RESULT, formula=fall))
    assert "g is 9.81 m/s^2" in screen
    assert "fitted" not in screen


def test_another_formula_of_the_front_comes_with_its_own_verdict_and_without_the_functions_of_the_chosen_one():
    result = replace(RESULT, verdicts=("approximation", "noise", "exact"))
    other = result.showing(PRUNED)
    assert (other.formula, other.verdict, other.exact) == (PRUNED, "noise", False)
    assert "consistent with the noise" in drawn(other)
    assert "sin(pi*x1)\n" not in drawn(other)
    assert ">" in next(line for line in drawn(other).splitlines() if "0.31  exp" in line)
    assert result.showing(BEST) is result
    assert Result.from_record(json.loads(json.dumps(result.to_record()))) == result


def test_rivals_are_named_below_the_verdict():
    result = replace(RESULT, rivals=(PRUNED, LINEAR))
    screen = drawn(result)
    assert "rivals   the data cannot separate it from:" in screen
    assert "             exp(x2**2 + 0.9*x1)" in screen
    assert [rival["formula"] for rival in result.to_json()["rivals"]] == [PRUNED.text, LINEAR.text]
    assert Result.from_record(json.loads(json.dumps(result.to_record()))) == result
    assert "rivals" not in drawn(RESULT)


def test_stability_is_said_with_the_spread_of_constants_and_the_other_forms():
    found = Stability(repeats=5, same=4, constants={"9.81": 0.0204}, others=(("9.7*sin(x)", 1),))
    result = replace(RESULT, stability=found)
    screen = drawn(result)
    assert "stable   this form in 4 of 5 repeats on resampled rows" in screen
    assert "9.81 ± 0.020 over the resamples" in screen
    assert "1 times 9.7*sin(x)" in screen
    assert Result.from_record(json.loads(json.dumps(result.to_record()))) == result
    assert result.showing(PRUNED).stability is None
