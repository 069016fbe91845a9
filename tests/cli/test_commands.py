"""The commands on a real table, in processes of their own."""

import csv
import io
import json
import math
import random
import shutil

import pytest

from tests.cli.conftest import kansr_in

FAST = ("--budget", "30", "--recipe", "quick", "--seed", "0")


@pytest.fixture(scope="module")
def fitted(call):
    """Give what a fit printed; its run is the last one."""
    return call("fit", "data.csv", *FAST)


def test_a_fit_prints_only_the_formula_on_a_pipe_and_the_rest_on_stderr(fitted):
    assert fitted.returncode == 0, fitted.stderr
    assert fitted.stdout == "y = x1*x2\n"
    for part in ("explaining y (the last column; -t names another)", "Exact", "runs/data-001", "next"):
        assert part in fitted.stderr


@pytest.mark.usefixtures("fitted")
def test_the_run_folder_is_complete(folder):
    names = {path.name for path in (folder / "runs" / "data-001").iterdir()}
    wanted = "run.json recipe.yaml data.json data.parquet metrics.jsonl network.safetensors front.csv formula.txt"
    assert names >= {*wanted.split(), "formula.tex", "formula.json", "formula.py", "log.txt"}
    assert (folder / "runs" / "latest").read_text() == "data-001\n"


def test_quiet_says_nothing_else(call):
    answer = call("fit", "data.csv", *FAST, "-q", "-o", "quiet")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "y = x1*x2\n", "")


@pytest.mark.usefixtures("fitted")
def test_show_shows_the_last_run_again(call, fitted):
    answer = call("show")
    assert answer.returncode == 0, answer.stderr
    assert "verdict" in answer.stdout
    assert "run: runs/data-001" in answer.stderr
    assert call("show", "data-001", "-q").stdout == fitted.stdout


@pytest.mark.usefixtures("fitted")
def test_other_formulas_of_the_front_are_shown_and_exported_by_rank_and_by_rule(here, folder):
    front = json.loads(here("show", "data-001", "--json", folder=folder).stdout)["front"]
    assert len(front) > 1
    for rank, formula in enumerate(front, start=1):
        record = json.loads(here("show", "data-001", "--rank", rank, "--json", folder=folder).stdout)
        assert record["formula"] == formula["formula"]
        assert record["exact"] is (formula["formula"] == "x1*x2")
    assert here("show", "data-001", "--select", "accuracy", "-q", folder=folder).stdout == "y = x1*x2\n"
    first = here("export", "data-001", "--to", "json", "--rank", 1, folder=folder)
    assert json.loads(first.stdout)["formula"] == front[0]["formula"]
    beyond = here("show", "data-001", "--rank", 99, folder=folder)
    assert beyond.returncode == 2
    assert f"holds {len(front)}" in beyond.stderr
    both = here("show", "data-001", "--rank", 1, "--select", "best", folder=folder)
    assert (both.returncode, "--rank or --select" in both.stderr) == (2, True)


def test_a_constant_of_the_user_is_named_in_the_formula_and_everywhere_after(call, folder):
    rows = [(t / 50, 9.81 * (t / 50) ** 2 / 2) for t in range(1, 101)]
    (folder / "fall.csv").write_text("\n".join(["t,s", *(f"{t!r},{s!r}" for t, s in rows)]))
    answer = call("fit", "fall.csv", *FAST, "--constant", "g=9.81", "-o", "fall", "--json")
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert (record["formula"], record["constants"], record["symbols"]) == ("g*t**2/2", {"g": 9.81}, {})
    assert "g is 9.81" in call("show", "fall").stdout
    assert "g = 9.81" in call("export", "fall", "--to", "python").stdout
    assert float(call("predict", "fall", "-", stdin="t\n2\n").stdout.split()[1]) == pytest.approx(19.62)


def test_measurement_errors_weigh_the_rows_and_chi2_judges(call, folder):
    draw = random.Random(5)
    rows = [(draw.uniform(0.5, 2), draw.choice([0.002, 0.5])) for _ in range(200)]
    lines = [f"{x!r},{1.7 * x * x + draw.gauss(0, e)!r},{e!r}" for x, e in rows]
    (folder / "errors.csv").write_text("\n".join(["x,y,e", *lines]))
    answer = call("fit", "errors.csv", *FAST, "--sigma", "e", "-o", "errors", "--json")
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert record["features"] == ["x"]
    assert 0.5 < record["chi2"]["test"] < 2
    value = float(call("predict", "errors", "-", stdin="x\n1\n").stdout.split()[1])
    assert value == pytest.approx(1.7, abs=0.01)
    assert "consistent with the noise" in call("show", "errors").stdout
    assert call("extend", "errors", "--grid", "30", "-q").returncode == 0
    refused = call("fit", "errors.csv", "--sigma", "nothing")
    assert (refused.returncode, "measurement errors" in refused.stderr) == (2, True)


@pytest.mark.usefixtures("fitted")
def test_show_tells_why_the_network_has_its_graph(here, folder):
    drawn = here("show", "data-001", "--structure", folder=folder)
    assert drawn.returncode == 0, drawn.stderr
    for part in ("graph", "tried", "error by grid", "right", "x1"):
        assert part in drawn.stdout
    record = json.loads(here("show", "data-001", "--structure", "--json", folder=folder).stdout)
    assert record == json.loads((folder / "runs" / "data-001" / "structure.json").read_text())
    assert [row["chosen"] for row in record["tried"]].count(True) == 1


@pytest.mark.usefixtures("fitted")
def test_the_formula_is_exported(here, folder):
    record = json.loads(here("show", "data-001", "--json", folder=folder).stdout)
    kept = json.loads((folder / "runs" / "data-001" / "formula.json").read_text())
    assert {key: value for key, value in record.items() if key not in {"run", "seconds"}} == kept
    assert json.loads(here("export", "data-001", "--to", "json", folder=folder).stdout)["formula"] == record["formula"]
    assert "import sympy" in here("export", "data-001", "--to", "sympy", folder=folder).stdout
    assert "x_{1}" in here("export", "data-001", "--to", "latex", folder=folder).stdout
    assert "def " in here("export", "data-001", "--to", "python", folder=folder).stdout


@pytest.mark.usefixtures("fitted")
def test_the_suffix_of_the_file_says_which_format_is_meant(here, folder):
    written = here("export", "data-001", "-o", "law.sql", folder=folder)
    assert written.returncode == 0, written.stderr
    assert "x1" in (folder / "law.sql").read_text()
    assert "checked on 200 rows with SQLite: largest relative difference" in written.stderr
    unknown = here("export", "data-001", "-o", "law.xyz", folder=folder)
    assert (unknown.returncode, "--to latex | mathml" in unknown.stderr) == (2, True)
    assert not (folder / "law.xyz").exists()


@pytest.mark.usefixtures("fitted")
def test_an_export_says_whether_it_was_checked(here, folder):
    assert "checked on 200 rows with python" in here("export", "data-001", "--to", "python", folder=folder).stderr
    unchecked = here("export", "data-001", "--to", "python", "--no-check", folder=folder)
    assert "checked" not in unchecked.stderr
    read = here("export", "data-001", "--to", "latex", folder=folder)
    assert "not checked: its numbers have six digits" in read.stderr


@pytest.mark.usefixtures("fitted")
def test_an_export_does_not_overwrite_a_file_unless_forced(here, folder):
    (folder / "mine.tex").write_text("mine")
    refused = here("export", "data-001", "--to", "latex", "-o", "mine.tex", folder=folder)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert (folder / "mine.tex").read_text() == "mine"
    assert here("export", "data-001", "--to", "latex", "-o", "mine.tex", "--force", folder=folder).returncode == 0
    assert (folder / "mine.tex").read_text() != "mine"


@pytest.mark.usefixtures("fitted")
def test_predictions_are_csv_and_rows_outside_are_pointed_out(here, folder):
    answer = here("predict", "data-001", "-", stdin="x2,x1\n1.5,1.25\n1,100\n", folder=folder)
    assert answer.returncode == 0, answer.stderr
    rows = list(csv.reader(io.StringIO(answer.stdout)))
    assert rows[0] == ["y"]
    assert math.isclose(float(rows[1][0]), 1.875)
    assert "row 2" in answer.stderr


@pytest.mark.usefixtures("fitted")
def test_rows_outside_are_flagged_one_by_one(here, folder):
    stdin = "x2,x1\n1.5,1.25\n1,100\n-5,1\n1,1\n"
    answer = here("predict", "data-001", "-", "--flag", "-q", stdin=stdin, folder=folder)
    assert answer.returncode == 0, answer.stderr
    rows = list(csv.reader(io.StringIO(answer.stdout)))
    assert rows[0] == ["y", "outside"]
    assert [row[1] for row in rows[1:]] == ["0", "1", "1", "0"]
    by_network = here("predict", "data-001", "-", "--flag", "--network", "-q", stdin=stdin, folder=folder)
    assert [line.split(",")[1] for line in by_network.stdout.splitlines()] == ["outside", "0", "1", "1", "0"]


@pytest.mark.usefixtures("fitted")
def test_a_missing_column_is_named(here, folder):
    answer = here("predict", "data-001", "-", stdin="x1,z\n1,2\n", folder=folder)
    assert answer.returncode in (2, 3)
    assert "x2" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.usefixtures("fitted")
def test_a_run_goes_on_elsewhere_when_the_first_folder_is_gone(folder, tmp_path):
    shutil.copytree(folder / "runs" / "data-001", folder / "doomed")
    shutil.copytree(folder / "doomed", tmp_path / "there" / "copy")
    shutil.rmtree(folder / "doomed")
    (tmp_path / "here").mkdir()
    there = kansr_in(tmp_path / "here")
    shown, predicted = (
        there("show", "../there/copy", "-q"),
        there("predict", "../there/copy", "-", stdin="x1,x2\n2,3\n"),
    )
    assert (shown.stdout, predicted.stdout) == ("y = x1*x2\n", "y\n6.0\n")
    assert there("export", "../there/copy", "--to", "latex").returncode == 0
    extended = there("extend", "../there/copy", "--grid", "30", "--json")
    assert extended.returncode == 0, extended.stderr
    assert json.loads(extended.stdout)["network"]["grid"] == 30


@pytest.mark.usefixtures("fitted")
def test_a_grid_that_is_not_larger_is_refused_and_the_run_stays_as_it_is(here, folder):
    def content():
        return {path.name: path.read_bytes() for path in (folder / "runs" / "data-001").iterdir()}

    before = content()
    grid = json.loads(before["formula.json"])["network"]["grid"]
    for asked in (1, grid):
        answer = here("extend", "data-001", "--grid", asked, folder=folder)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert f"grid {asked} is not finer" in answer.stderr
        assert f"which is {grid}" in answer.stderr
    changed = {name for name, bytes_ in content().items() if before.get(name) != bytes_}
    assert changed <= {".lock"}


@pytest.mark.usefixtures("fitted")
def test_a_run_is_pruned(call):
    pruned = call("prune", "data-001", "--tolerance", "0.1", "--json")
    assert pruned.returncode == 0, pruned.stderr
    assert json.loads(pruned.stdout)["formula"] == "x1*x2"


def test_extending_keeps_the_curve_and_then_lowers_the_error(call, folder, root):
    table = root / "datasets" / "kan-example.csv"
    first = call("fit", table, "--grid", "3,5", "--width", "2,1,1", "--recipe", "quick", "-o", "coarse", "--json")
    assert first.returncode == 0, first.stderr
    extended = call("extend", "coarse", "--grid", "20", "--json")
    assert extended.returncode == 0, extended.stderr
    before, after = (json.loads(answer.stdout)["network"] for answer in (first, extended))
    assert (before["grid"], after["grid"]) == (5, 20)
    assert after["rmse_test"] < before["rmse_test"] / 10
    stages = [json.loads(line) for line in (folder / "coarse" / "metrics.jsonl").read_text().splitlines()]
    assert stages[-1]["stage"] == "extend"
    assert stages[-1]["change_at_extension"] < 1e-6


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["fit", "missing.csv"], 2, "missing.csv"),
        (["fit", "data.csv", "-t", "yy"], 2, 'did you mean "y"?'),
        (["fit", "data.csv", "-x", "x1,x3"], 2, "x3"),
        (["fit", "data.csv", "--grid", "5,3"], 2, "training.grid"),
        (["fit", "data.csv", "--recipe", "quik"], 2, "did you mean quick?"),
        (["fit", "data.csv", "--functions", "sine"], 2, "sin"),
        (["fit", "data.csv", "--device", "tpu"], 2, "cuda"),
        (["fit", "data.csv", "--constant", "x1=3"], 2, "name of a column"),
        (["fit", "data.csv", "--constant", "g"], 2, "such as g=9.81"),
        (["fit", "data.csv", "--constant", "g=-1"], 2, "symbolic.constants"),
        (["fit", "data.csv", "--constant", "E=2"], 2, "cannot be called 'E'"),
        (["fit", "data.csv", "-o", "."], 2, "other files"),
        (["show", "nothing"], 2, "no such run"),
        (["extend", "nothing", "--grid", "5"], 2, "no such run"),
        (["predict", "nothing", "data.csv"], 2, "no such run"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_leaves_no_folder(here, folder, arguments, code, says):
    before = set((folder / "runs").iterdir()) if (folder / "runs").exists() else set()
    answer = here(*arguments, folder=folder)
    assert (answer.returncode, answer.stdout) == (code, "")
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr
    assert (set((folder / "runs").iterdir()) if (folder / "runs").exists() else set()) == before


def test_no_argument_on_an_empty_pipe_is_unusable_data(here):
    answer = here("fit")
    assert answer.returncode == 3
    assert "Traceback" not in answer.stderr


def test_score_judges_by_all_rows_of_a_long_table(here, tmp_path):
    rows = [f"{i},{i + (i == 20_700)}" for i in range(20_800)]
    (tmp_path / "long.csv").write_text("\n".join(["x,y", *rows]))
    answer = here("score", "long.csv", "-f", "x", "--json", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert not json.loads(answer.stdout)["scores"][0]["exact"]


@pytest.mark.usefixtures("fitted")
def test_score_judges_a_formula_beside_those_of_a_run(here, folder):
    answer = here("score", "data.csv", "-f", "1.5*x1*x2", "--refit", "--run", "data-001", folder=folder)
    assert answer.returncode == 0, answer.stderr
    assert "yours" in answer.stdout
    assert "exact: right to rounding" in answer.stdout
    record = json.loads(here("score", "data.csv", "-f", "x1*x2", "--json", folder=folder).stdout)
    assert record["target"] == "y"
    assert record["scores"][0]["exact"]
    wrong = here("score", "data.csv", "-f", "x1*x3", folder=folder)
    assert wrong.returncode == 2
    assert "no column" in wrong.stderr
