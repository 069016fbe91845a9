"""Whatever a user hands to `kansr fit`: a sentence and a documented exit code, never a traceback."""

import gzip
import random
from dataclasses import dataclass

import pytest

from kansr.errors import KansrError

DONE, USAGE, DATA = 0, 2, 3


@dataclass(frozen=True, kw_only=True)
class Case:
    """A file, the words after `kansr fit data.csv`, the exit code, and a part of the sentence."""

    name: str
    content: str | bytes
    code: int = DATA
    says: str
    words: tuple[str, ...] = ()


def table(header, *, law=lambda x: x * x, rows=30):
    """Give a CSV with one feature."""
    draw = random.Random(0)
    drawn = [draw.uniform(0.1, 2) for _ in range(rows)]
    return "\n".join([header, *(f"{x!r},{law(x)!r}" for x in drawn)]) + "\n"


GOOD = table("x,y")

REFUSED = (
    Case(name="nothing", content="", says="empty"),
    Case(name="blank lines", content="\n\n  \n", says="empty"),
    Case(name="only a header", content="x,y\n", says="no rows"),
    Case(name="one row", content="x,y\n1,2\n", says="1 row"),
    Case(name="four rows", content="x,y\n" + "1,2\n" * 4, says="at least 5"),
    Case(name="one column", content="y\n" + "1\n2\n" * 5, says="no feature"),
    Case(name="a long row", content=GOOD + "1,2,3\n", says="row 31"),
    Case(name="a short row", content=GOOD + "1\n", says="row 31"),
    Case(name="an open quote", content=GOOD + '"1,2\n', says="quote"),
    Case(name="twin names", content=table("y,y"), says="both named"),
    Case(name="infinite", content=GOOD + "inf,1\n", says='column "x"'),
    Case(name="too large", content=GOOD + "1,1e999\n", says='column "y"'),
    Case(name="squares too large", content=GOOD + "1,1e200\n", says="too large to compute with"),
    Case(name="squares too small", content=table("x,y", law=lambda x: 1e-200 * x), says="too small to compute with"),
    Case(name="text in the target", content="x,y\n" + "1,ada\n2,bob\n" * 5, says='"ada" is text'),
    Case(name="text in the only feature", content="x,y\n" + "ada,1\nbob,2\n" * 5, says="no feature"),
    Case(name="a word among numbers", content=GOOD + "1,oops\n", says="row 31"),
    Case(name="two decimal signs", content="x,y\n" + '"1,234",1\n2.5,2\n' * 6, says="1,234"),
    Case(name="percent", content="x,y\n" + "5 %,1\n7 %,2\n" * 5, says="percent"),
    Case(name="a target without values", content="x,y\n" + "1,\n2,\n" * 6, says="no values"),
    Case(name="a constant feature", content="x,y\n" + "1,1\n1,2\n" * 6, says="constant"),
    Case(name="missing values that must not be", content=GOOD + ",1\n", words=("--missing", "fail"), says="missing"),
    Case(name="a picture", content=b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, says="data.csv"),
    Case(name="zeros", content=bytes(2000), says="data.csv"),
    Case(name="a torn gzip", content=gzip.compress(GOOD.encode())[:-20], says="data.csv"),
    Case(name="a torn Parquet file", content=b"PAR1" + bytes(range(1, 100)), says="data.csv"),
    Case(name="JSON", content='{"x": [1, 2], "y": [3, 4]}', says="data.csv"),
    Case(name="a web page", content="<!DOCTYPE html>\n<html><body><p>Not here.</p></body></html>\n", says="data.csv"),
    Case(name="no such target", content=GOOD, words=("-t", "z"), code=USAGE, says='no column "z"'),
    Case(name="no such feature", content=GOOD, words=("-x", "z"), code=USAGE, says='no column "z"'),
    Case(name="the target explains itself", content=GOOD, words=("-x", "y"), code=USAGE, says="y"),
    Case(name="a width for other columns", content=GOOD, words=("--width", "3,1"), code=USAGE, says="width"),
    Case(name="a width without an output", content=GOOD, words=("--width", "1"), code=USAGE, says="network.width"),
    Case(name="no time at all", content=GOOD, words=("--budget", "0"), code=USAGE, says="budget"),
    Case(name="a negative seed", content=GOOD, words=("--seed", "-1"), code=USAGE, says="seed"),
    Case(name="an encoding that is none", content=GOOD, words=("--encoding", "utf-99"), code=USAGE, says="encoding"),
    Case(name="a delimiter of two", content=GOOD, words=("-d", "ab"), code=USAGE, says="delimiter"),
    Case(name="a recipe that is none", content=GOOD, words=("--recipe", "data.csv"), code=USAGE, says="data.csv"),
    Case(name="a folder that is a file", content=GOOD, words=("-o", "data.csv"), code=USAGE, says="data.csv"),
)

SPIKE = "x,y\n" + "".join(f"{i},{i // 29}\n" for i in range(30))

ODD = (
    Case(name="a constant target", content=table("x,y", law=lambda _: 5), code=DONE, says="y = 5"),
    Case(name="five rows", content=table("x,y", rows=5), code=DONE, says="y = "),
    Case(name="a class", content=table("x,y", law=lambda x: int(x > 1)), code=DONE, says="y = "),
    Case(name="an offset", content=table("x,y", law=lambda x: 1e12 + x), code=DONE, says="y = "),
    Case(name="tiny numbers", content=table("x,y", law=lambda x: 1e-140 * x), code=DONE, says="y = 1e-140*x"),
    Case(name="a lonely spike", content=SPIKE, code=DONE, says="y = "),
    Case(name="two different rows", content="x,y\n" + "1,1\n2,2\n" * 10, code=DONE, says="y = x"),
    Case(name="a name to steer terminals", content=table("x,y\x1b[2J"), code=DONE, says="y\\x1b[2J = "),
)


def fit(here, folder, case, *words):
    (folder / "data.csv").write_bytes(case.content if isinstance(case.content, bytes) else case.content.encode())
    return here("fit", "data.csv", *case.words, *words)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_what_cannot_be_used_is_one_sentence(here, tmp_path, case):
    answer = fit(here, tmp_path, case)
    assert (answer.returncode, answer.stdout) == (case.code, "")
    assert sum(line.startswith("error: ") for line in answer.stderr.splitlines()) == 1
    assert case.says in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "mistake in kansr" not in answer.stderr
    assert not list(tmp_path.glob("runs/*"))
    assert {path.name for path in tmp_path.iterdir()} <= {"data.csv", "runs"}


@pytest.mark.parametrize("case", ODD, ids=lambda case: case.name)
def test_what_is_odd_still_gives_a_formula(here, tmp_path, case):
    answer = fit(here, tmp_path, case, "--recipe", "quick", "--budget", "5")
    assert answer.returncode == case.code, answer.stderr
    assert case.says in answer.stdout
    assert "Traceback" not in answer.stderr


def test_there_are_thirty_and_every_code_is_documented():
    assert len(REFUSED) >= 30
    assert {case.code for case in REFUSED} <= {kind.exit_code for kind in KansrError.__subclasses__()}
