"""Units in a fit: groups make problems smaller, formulas that do not fit are left out, constants carry their units."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr import pipeline
from kansr.formula.dimensions import TARGET, Quantities
from kansr.formula.parse import parse
from kansr.pipeline import hand
from kansr.pipeline.groups import Groups, choose_groups
from kansr.pipeline.judging import judged, of_one_dimension
from kansr.pipeline.problem import Problem
from kansr.recipe import Recipe, load_recipe
from kansr.run import Run
from kansr.symbolic.discover import constant, linear, snapped
from kansr.table import TableSpec, read_unit, table_from_frame

COULOMB = {"q1": "C", "q2": "C", "eps": "F/m", "r": "m", TARGET: "N"}


def quantities(units):
    """Give what is known of columns with these units."""
    read = {name: read_unit(text) for name, text in units.items()}
    return Quantities(
        dimensions={name: unit.dimension for name, unit in read.items()},
        units={name: unit.symbols for name, unit in read.items()},
        sizes={name: unit.factor for name, unit in read.items()},
    )


def groups_of(units, law, rows=200, seed=0, low=1.0):
    """Choose groups for a law between columns that are drawn evenly, and give the rows, too."""
    names = [name for name in units if name != TARGET]
    x = np.random.default_rng(seed).uniform(low, 3, (rows, len(names)))
    y = law(*x.T)
    return choose_groups(x, y, quantities(units), names), names, x, y


def test_a_product_of_powers_is_one_input():
    groups, names, *_ = groups_of(COULOMB, lambda a, b, e, r: 0.3 * a * b / (e * r**2))
    assert groups.labels(names) == ("q1*q2/(eps*r**2)",)
    assert groups.target("F", names) == "F"


def test_a_product_of_powers_is_one_input_also_under_noise():
    noise = 1 + 0.02 * np.random.default_rng(1).standard_normal(200)
    groups, names, *_ = groups_of(COULOMB, lambda a, b, e, r: 0.3 * noise * a * b / (e * r**2))
    assert groups.labels(names) == ("q1*q2/(eps*r**2)",)


def test_ratios_are_the_first_choice():
    units = {"m": "kg", "v": "m/s", "u": "m/s", "w": "m/s", TARGET: "J"}
    groups, names, *_ = groups_of(units, lambda m, v, u, w: m * (v**2 + u**2 + w**2) / 2)
    assert sorted(groups.labels(names)) in (["u/v", "w/v"], ["u/w", "v/w"], ["v/u", "w/u"])
    assert groups.target("E", names) in {f"E / (m*{speed}**2)" for speed in "uvw"}


def test_a_sum_of_two_powers_is_no_power():
    units = {"m": "kg", "v": "m/s", "u": "m/s", TARGET: "J"}
    groups, names, *_ = groups_of(units, lambda m, v, u: m * (v**2 + u**2) / 2)
    assert groups.target("E", names) in {f"E / (m*{speed}**2)" for speed in "uv"}


def test_a_group_that_only_multiplies_goes_into_the_factor():
    units = {"m1": "kg", "m2": "kg", "r1": "m", "r2": "m", "G": "m^3/(kg s^2)", TARGET: "J"}
    groups, names, *_ = groups_of(units, lambda m1, m2, r1, r2, g: g * m1 * m2 * (1 / r2 + 1 / r1))
    assert groups.target("U", names) in ("U / (G*m1*m2/r1)", "U / (G*m1*m2/r2)")


def test_such_a_group_is_seen_also_where_the_target_changes_its_sign():
    units = {"m1": "kg", "m2": "kg", "r1": "m", "r2": "m", "G": "m^3/(kg s^2)", TARGET: "J"}
    groups, names, *_ = groups_of(units, lambda m1, m2, r1, r2, g: g * m1 * m2 * (1 / r2 - 1 / r1), rows=2000)
    assert groups.target("U", names) in ("U / (G*m1*m2/r1)", "U / (G*m1*m2/r2)")


def test_a_group_that_multiplies_a_factor_around_zero_is_not_left_out():
    units = {"k": "W/(m K)", "T1": "K", "T2": "K", "A": "m^2", "d": "m", TARGET: "W"}
    groups, names, *_ = groups_of(units, lambda k, t1, t2, a, d: k * (t2 - t1) * a / d, rows=2000)
    seen = groups.labels(names)
    assert "T2/T1" in seen or "T1/T2" in seen
    assert len(seen) == 2 or groups.target("P", names) in ("P / (A*T1*k/d)", "P / (A*T2*k/d)")


@pytest.mark.parametrize(
    ("units", "law", "low"),
    [
        ({"L": "m", TARGET: "s"}, np.sqrt, 1.0),  # g is hidden: no column has seconds
        ({"t": "s", "v": "m/s", TARGET: "m"}, lambda t, v: v * t + 5 * t**2, 1.0),  # no group is left
        ({"a": "1", "b": "1", TARGET: "1"}, lambda a, b: a + b, 1.0),  # nothing to gain
        ({"a": "m", "b": "m", TARGET: "m"}, lambda a, b: np.sin(a) + b, -3.0),  # zeros everywhere
        ({"x": "m", TARGET: "m"}, lambda x: 2 * x, 1.0),
    ],
)
def test_there_are_no_groups_where_they_would_not_help(units, law, low):
    assert groups_of(units, law, low=low)[0] is None


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.floats(0.01, 100)] * 4), st.integers(0, 100))
def test_groups_do_not_notice_other_units(scale, seed):
    kilogram, metre, second, ampere = scale
    sizes = {"h": "J s", "w": "1/s", "k": "J/K", "T": "K", "q": "C"}
    groups, names, x, y = groups_of(sizes | {TARGET: "J"}, lambda h, w, k, t, _: h * w / np.expm1(h * w / (k * t)), 50)
    base = {"mass": kilogram, "length": metre, "time": second, "current": ampere, "temperature": 1.0 + seed}

    def size(text):
        return np.prod([base[name] ** float(power) for name, power in read_unit(text).dimension.items()])

    inputs, target = groups.seen(x, y)
    others = groups.seen(x * [size(sizes[name]) for name in names], y * size("J"))
    assert np.allclose(inputs, others[0], rtol=1e-9)
    assert np.allclose(target, others[1], rtol=1e-9)
    assert inputs.shape[1] < x.shape[1]


def test_groups_survive_being_written_and_read():
    groups = Groups(inputs=((Fraction(1, 2), Fraction(-1)),), factor=(Fraction(0), Fraction(2)))
    assert Groups.from_record(json.loads(json.dumps(groups.to_record()))) == groups


@pytest.fixture
def motion():
    """Give a problem with x = x0 + v t + rounding."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.uniform(1, 3, (200, 3)), columns=["x0 [m]", "v [m/s]", "t [s]"])
    frame["x [m]"] = frame["x0 [m]"] + frame["v [m/s]"] * frame["t [s]"]
    return Problem.of(table_from_frame(frame), Recipe())


def all_judged(problem, *texts):
    """Judge formulas, after a constant and a straight line."""
    found = [constant(problem.rows), linear(problem.rows)]
    for text in texts:
        one = snapped(parse(text), problem.rows, "network")
        found.append(replace(one, expression=parse(text)))
    return [judged(problem, d) for d in found]


def labels(problem, *texts):
    """Give the formulas that are proposed, without the constant and the line."""
    kept = of_one_dimension(problem, all_judged(problem, *texts))
    return [one.formula.text for one in kept if one.source.label == "network"]


def test_what_does_not_fit_is_not_proposed(motion):
    assert labels(motion, "x0 + v", "x0 + 1.9*v", "x0 + v*t") == ["1.9*v + x0", "t*v + x0"]


def test_the_best_of_those_that_do_not_fit_stays_where_nothing_else_is_found(motion):
    assert labels(motion, "x0 + v", "v") == ["v + x0"]


def test_an_exact_formula_that_does_not_fit_stays_where_no_other_is_exact(motion):
    exact = replace(motion, table=replace(motion.table, y=motion.table.x[:, 0] + motion.table.x[:, 1]))
    assert labels(exact, "x0 + v", "x0 + 1.9*v") == ["1.9*v + x0", "v + x0"]


def test_a_formula_is_judged_with_the_units_of_its_constants(motion):
    one = all_judged(motion, "2*x0 + 1.9*v")[-1]
    assert (one.clash, one.formula.units) == ("", {"1.9": "s"})
    assert set(one.formula.errors) == {"1.9"}
    one = all_judged(motion, "2*v + x0")[-1]
    assert (one.clash, one.formula.text, one.formula.units) == ("", "2.0*v + x0", {"2.0": "s"})


def test_without_all_units_nothing_is_checked(motion):
    table = replace(motion.table, units={"x0 [m]": "m"})
    problem = Problem.of(table, Recipe())
    assert problem.quantities is None
    assert problem.find_groups() is None
    assert labels(problem, "x0 + v") == ["v + x0"]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Give the result of a fit between groups, and its run: under noise, since an exact law needs no groups."""
    folder = tmp_path_factory.mktemp("units")
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.uniform(1, 3, (150, 4)), columns=["q1 [C]", "q2 [C]", "eps [F/m]", "r [m]"])
    frame["force [N]"] = 0.25 * frame["q1 [C]"] * frame["q2 [C]"] / (frame["eps [F/m]"] * frame["r [m]"] ** 2)
    frame["force [N]"] += 1e-3 * draw.standard_normal(150)
    run = Run.create("coulomb", out=folder / "run")
    return pipeline.fit(table_from_frame(frame), replace(load_recipe("quick"), budget=60.0), run), run, frame, folder


def test_a_fit_between_groups_gives_the_law_in_columns(fitted):
    result, *_ = fitted
    assert result.formula.text == "q1*q2/(4*eps*r**2)"
    assert (result.verdict, result.warnings) == ("noise", ())
    assert result.network.width[0] == 1
    assert result.network.lines[0].startswith("q1*q2/(eps*r**2) -> ")
    assert result.units["r [m]"] == "m"


def test_units_survive_in_the_run_folder(fitted):
    result, run, *_ = fitted
    assert pipeline.load(run) == result
    assert run.read_table().units == result.units
    card = run.read_json("data.json")
    assert [column["unit"] for column in card["columns"]] == ["C", "C", "F/m", "m", "N"]
    assert json.loads(run.read_text("formula.json"))["units"] == {"columns": dict(result.units), "constants": {}}


def test_a_network_of_groups_is_extended_as_one(fitted):
    result, run, *_ = fitted
    before = result.network.grid
    finer = pipeline.extend(run, 2 * before)
    assert finer.formula.text == result.formula.text
    assert finer.network.width[0] == 1


def test_the_hand_works_on_a_network_of_groups(fitted):
    result, run, *_ = fitted
    (row,) = hand.edges(run)
    assert row.edge.startswith("q1*q2/(eps*r**2)->")
    chosen = hand.set_function(run, row.edge, "x")
    assert chosen.formula.text == result.formula.text
    assert chosen.hand[0].startswith("q1*q2/(eps*r**2) -> ")
    assert hand.unset(run).formula.text == result.formula.text


def test_measurement_errors_count_the_same_between_groups():
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.uniform(1, 3, (200, 3)), columns=["m [kg]", "u [m/s]", "v [m/s]"])
    frame["E [J]"] = frame["m [kg]"] * (frame["u [m/s]"] ** 2 + frame["v [m/s]"] ** 2) / 2
    frame["error [J]"] = draw.uniform(0.1, 1, 200)
    columns = Problem.of(table_from_frame(frame, TableSpec(target="E", sigma="error")), Recipe())
    groups = columns.grouped(columns.find_groups())
    assert groups.output.startswith("E [J] / (m*")
    residual = draw.standard_normal(len(columns.rows.y))
    for problem in (columns, groups):
        data = problem.data.train
        weight = data.weight.numpy() * (problem.factor[: data.count] if problem.groups else 1.0) ** -2
        sigma = problem.rows.weighing.weight[: data.count]
        assert np.allclose(weight / weight.mean(), sigma / sigma.mean())
        share = problem.unit * np.sqrt(np.mean(problem.seen(residual) ** 2))
        assert share == pytest.approx(np.sqrt(np.mean(problem.rows.weighing.weight * residual**2)))


def test_new_rows_are_predicted_in_their_own_units(fitted):
    _, run, frame, folder = fitted
    other = frame.drop(columns="force [N]").rename(columns={"r [m]": "r [cm]", "q1 [C]": "q1"})
    other["r [cm]"] *= 100
    other.to_csv(folder / "new.csv", index=False)
    values = pipeline.predict(run, str(folder / "new.csv")).values
    assert np.allclose(values, frame["force [N]"], atol=5e-3)


def test_the_expression_of_groups_has_their_values():
    groups, names, x, y = groups_of(COULOMB, lambda a, b, e, r: a * b / (e * r**2) * (1 + b / a))
    inputs, _ = groups.seen(x, y)
    for column, written in zip(inputs.T, groups.expressions(names), strict=True):
        symbols = [sp.Symbol(name, real=True) for name in names]
        assert np.allclose(sp.lambdify(symbols, written)(*x.T), column)
