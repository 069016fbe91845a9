"""`kansr fit --continue`: what it prints, and what it refuses with a hint, before anything is written."""

import json

import numpy as np
import pytest

FAST = ("--recipe", "quick", "--budget", "20", "--width", "2,1", "--grid", "10", "--functions", "x^2,sin")


def written(path, low, high, *, names="a,b,y", seed=0, n=150):
    x = np.random.default_rng(seed).uniform((low, -1), (high, 1), (n, 2))
    rows = np.column_stack([x, x[:, 0] ** 2 + np.sin(2 * x[:, 1])])
    np.savetxt(path, rows, delimiter=",", header=names, comments="", fmt="%.17g")


@pytest.fixture(scope="module")
def place(folder, call):
    """Give the folder with a run `data-001` of a law of two columns, and more of its rows in `more.csv`."""
    written(folder / "data.csv", -1, 1)
    written(folder / "more.csv", 1, 1.5, seed=1)
    written(folder / "other.csv", 1, 1.5, names="a,c,y", seed=1)
    written(folder / "target.csv", 1, 1.5, names="a,b,z", seed=1)
    written(folder / "few.csv", 1, 1.5, n=3)
    assert call("fit", "data.csv", *FAST, "-q", "-o", "runs/law-001").returncode == 0
    return folder


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_run_goes_on_in_a_new_run_and_says_what_moved(place, here):
    before = content(place / "runs" / "law-001")
    answer = here("fit", "--continue", "law-001", "more.csv", folder=place)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "y = a**2 + sin(2*b)\n"
    for part in ("150 new rows", "learned", "changed by at most", "a -> y", "runs/more-001"):
        assert part in answer.stderr
    assert content(place / "runs" / "law-001") == before
    assert (place / "runs" / "latest").read_text() == "more-001\n"
    assert json.loads((place / "runs" / "more-001" / "continual.json").read_text())["kept"]["largest"] < 1e-12
    assert "learned" in here("show", "more-001", folder=place).stdout
    assert "sin" in here("export", "more-001", "--to", "latex", folder=place).stdout
    values = here("predict", "more-001", "more.csv", "--network", folder=place).stdout.splitlines()
    assert len(values) == 151


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("law-001", "other.csv"), 3, 'column "b" is missing'),
        (("law-001", "target.csv"), 3, 'column "y" is missing'),
        (("law-001", "data.csv"), 3, "no new row"),
        (("law-001", "few.csv"), 3, "at least 5"),
        (("law-001", "nothing.csv"), 2, "nothing.csv"),
        (("law-009", "more.csv"), 2, "there is no such run"),
        (("law-001", "more.csv", "--target", "a"), 2, "--target cannot be given with --continue"),
        (("law-001", "more.csv", "--width", "2,3,1"), 2, "--width cannot be given with --continue"),
        (("law-001", "more.csv", "--recipe", "thorough"), 2, "--recipe cannot be given with --continue"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_continued_is_refused_and_no_run_is_made(place, here, arguments, code, says):
    runs = sorted(path.name for path in (place / "runs").iterdir())
    answer = here("fit", "--continue", *arguments, folder=place)
    assert (answer.returncode, says in answer.stderr) == (code, True), answer.stderr
    assert sorted(path.name for path in (place / "runs").iterdir()) == runs


def test_the_options_of_reading_and_a_pipe_are_taken(place, here):
    text = (place / "more.csv").read_text().replace(",", ";").replace(".", ",")
    options = ("-d", ";", "--decimal", ",", "--budget", "20", "--json", "-o", "piped")
    answer = here("fit", "--continue", "law-001", "-", *options, folder=place, stdin=text)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["formula"] == "a**2 + sin(2*b)"


def test_a_run_whose_functions_are_all_set_is_refused_with_the_way_out(place, here):
    for number, function in (("1", "x^2"), ("2", "sin")):
        assert here("set", number, function, "law-001", "-q", folder=place).returncode == 0
    answer = here("fit", "--continue", "law-001", "more.csv", folder=place)
    assert answer.returncode == 2
    assert "kansr unset --all" in answer.stderr
