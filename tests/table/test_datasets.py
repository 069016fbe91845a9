"""The datasets that ship with kansr are what their cards say."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from kansr.table import TableSpec, read_features, read_table

FOLDER = Path(__file__).parents[2] / "datasets"
NAMES = sorted(path.stem for path in FOLDER.glob("*.csv"))
FUNCTIONS = {name: getattr(np, name) for name in ("exp", "sin", "cos", "sqrt", "pi")}


def card(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / f"{name}.md").read_text(encoding="utf-8").split("---")[1])


def test_there_are_at_least_eight_tables_and_some_are_measured() -> None:
    assert len(NAMES) >= 8
    assert sum(card(name)["kind"] == "measured" for name in NAMES) >= 2
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 600_000


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_the_table_holds(name: str) -> None:
    about = card(name)
    header = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
    table = read_table(FOLDER / f"{name}.csv")
    assert {"name", "title", "kind", "source", "licence", "truth", "noise"} <= set(about)
    assert (about["name"], about["rows"], about["target"]) == (name, len(table), table.target)
    assert ",".join(about["columns"]) == header
    assert all({"unit", "meaning"} == set(column) for column in about["columns"].values())
    assert {warning.kind for warning in table.warnings} <= {"text", "few-rows"}


@pytest.mark.parametrize("name", NAMES)
def test_the_law_on_the_card_gives_the_target_up_to_its_noise(name: str) -> None:
    about = card(name)
    table = read_table(FOLDER / f"{name}.csv")
    columns = dict(zip(table.features, table.x.T, strict=True))
    columns |= {safe: columns[column] for safe, column in about.get("symbols", {}).items()}
    rest = table.y - eval(about["truth"], {**FUNCTIONS, **columns})
    assert np.sqrt(np.mean(rest**2)) == pytest.approx(about["noise"], rel=0.2, abs=1e-14 * np.abs(table.y).max())


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_lists_each_table(name: str) -> None:
    assert f"({name}.csv)" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_generated_tables_are_what_the_script_gives(tmp_path: Path) -> None:
    script = runpy.run_path(str(FOLDER / "generate.py"))
    assert {what.name for what in script["GENERATED"]} == {n for n in NAMES if card(n)["kind"] == "generated"}
    for what in script["GENERATED"]:
        made, shipped = script["write"](what, tmp_path), FOLDER / f"{what.name}.csv"
        names = made.read_text(encoding="utf-8").partition("\n")[0].split(",")
        spec = TableSpec(delimiter=",")  # another machine may round a sine in its last bit
        np.testing.assert_allclose(read_features(made, names, spec), read_features(shipped, names, spec), rtol=1e-14)
