"""Wishes to a formula: a template, one form for groups of rows, a shape; found, kept, shown and predicted."""

import json
import math
import random

import pytest

SIZES = {"brass": 3.5, "steel": 2.0, "zinc": 1.25}


def written(path, header, rows):
    """Write a table."""
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


@pytest.fixture
def springs(tmp_path):
    """Give a table of y = k_g x, with the sample g as text."""
    draw = random.Random(0)
    drawn = [(round(draw.uniform(0, 2), 3), draw.choice(sorted(SIZES))) for _ in range(90)]
    return written(tmp_path / "springs.csv", "x,sample,y", [(x, g, SIZES[g] * x) for x, g in drawn])


@pytest.fixture
def sums(tmp_path):
    """Give a table of y = 2 exp(-x) + z^2."""
    draw = random.Random(0)
    drawn = [(draw.uniform(0, 2), draw.uniform(0.5, 2)) for _ in range(200)]
    return written(tmp_path / "sums.csv", "x,z,y", [(x, z, 2 * math.exp(-x) + z * z) for x, z in drawn])


def test_groups_share_a_form_and_keep_their_constants(here, springs, tmp_path):
    answer = here("fit", springs, "--group", "sample", "--json", "-q", "-o", "run", "--budget", "none")
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert (record["formula"], record["exact"], record["symbols"]) == ("c1*x", True, {"c1": "c1[sample]"})
    assert record["groups"]["constants"]["c1"] == pytest.approx(SIZES)
    shown = here("show", "run").stdout
    assert all(label in shown for label in SIZES)
    new = written(tmp_path / "new.csv", "sample,x", [("zinc", 4), ("brass", 1)])
    values = [float(line) for line in here("predict", "run", new).stdout.split()[1:]]
    assert values == pytest.approx([5.0, 3.5])
    strange = written(tmp_path / "strange.csv", "sample,x", [("zinc", 4), ("gold", 1)])
    refused = here("predict", "run", strange)
    assert (refused.returncode, "gold" in refused.stderr, "brass" in refused.stderr) == (3, True, True)
    assert "no network of its own" in here("extend", "run", "--grid", "50").stderr


def test_a_template_is_filled_in(here, sums):
    answer = here("fit", sums, "--template", "a*exp(-x) + f(z)", "--json", "-q", "-o", "run", "--budget", "none")
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert record["exact"] is True
    assert record["template"]["functions"] == {"f(z)": "z**2"}
    assert record["template"]["constants"] == {"a": "2"}
    assert "f(z) = z**2" in here("show", "run").stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--template", "a*exp(-f(x"], "cannot be read"),
        (["--template", "sine(x)"], "did you mean 'sin'"),
        (["--template", "f(x)", "--bounds", "b=0:"], "no constant of the template"),
        (["--template", "f(x)", "--stability", "3"], "--stability cannot"),
        (["--monotone", "t:+"], "the columns are: x, z"),
        (["--monotone", "x"], "such as x:+,y:-"),
        (["--bounds", "q=0:1"], "neither the target nor a column"),
        (["--bounds", "y=2:1"], "low below high"),
        (["--bounds", "y"], "such as y=0:"),
        (["--group", "sampel"], "groups"),
    ],
)
def test_what_cannot_be_wished_is_said_and_leaves_no_run(here, sums, tmp_path, options, says):
    answer = here("fit", sums, *options)
    assert answer.returncode == 2
    assert says in answer.stderr
    assert not list((tmp_path / "runs").glob("*")) if (tmp_path / "runs").exists() else True
