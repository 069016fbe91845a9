"""Figures are drawn from records alone, also from those that ended early."""

import json

import matplotlib as mpl
import pytest

from kansr.experiments import EXPERIMENTS
from kansr.report.picture import draw, save
from kansr.result import plain
from tests.experiments.settings import TINY, ended, record_of


def as_read(record):
    """Give a record as it comes back from a file."""
    return json.loads(json.dumps(plain(record)))


@pytest.mark.parametrize("name", TINY)
def test_a_record_becomes_two_pictures(tmp_path, name):
    paths = save(draw(EXPERIMENTS[name], as_read(record_of(name))), tmp_path / "figure")
    assert [path.name for path in paths] == ["figure.svg", "figure.png"]
    assert paths[0].read_text(encoding="utf-8").count("<path") > 10
    assert paths[1].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", TINY)
def test_a_record_that_ended_at_once_is_drawn_too(name):
    assert draw(EXPERIMENTS[name], as_read(ended(name))).axes


def test_the_same_record_gives_the_same_bytes_and_matplotlib_keeps_its_settings(tmp_path):
    before = dict(mpl.rcParams)
    record = as_read(record_of("scaling"))
    for name in ("one", "two"):
        save(draw("scaling", record), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert dict(mpl.rcParams) == before
