"""`kansr report`, `kansr plot` and `kansr fit --report` write what was asked for, and nothing of the user's is lost."""

import sys

import pytest


@pytest.fixture(scope="module")
def fitted(call):
    """Give what a fit with --report printed; its run is the last one."""
    return call("fit", "data.csv", "--budget", "30", "--recipe", "quick", "--report", "--json")


@pytest.fixture
def work(here, folder, fitted):
    """Give a function that runs `kansr ARGUMENTS` in the folder of that run."""
    assert fitted.returncode == 0, fitted.stderr
    return lambda *arguments: here(*arguments, folder=folder)


def test_a_fit_with_report_leaves_its_page_in_the_run_and_only_json_on_stdout(fitted, folder):
    page = folder / "runs" / "data-001" / "report.html"
    assert fitted.stdout.startswith("{")
    assert f"written: {page.relative_to(folder)}" in fitted.stderr
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_report_renews_its_own_page_and_keeps_whatever_else_has_its_name(work, folder):
    page = folder / "runs" / "data-001" / "report.html"
    assert work("report").returncode == 0
    page.write_text("<p>my own notes</p>")
    refused = work("report")
    assert (refused.returncode, page.read_text()) == (2, "<p>my own notes</p>")
    assert "--force overwrites it" in refused.stderr
    assert work("report", "--force").returncode == 0
    assert "my own notes" not in page.read_text(encoding="utf-8")


def test_a_report_goes_to_a_file_that_is_not_there_yet(work, folder):
    assert work("report", "data-001", "-o", "other.html", "-q").returncode == 0
    first = (folder / "other.html").read_bytes()
    assert work("report", "data-001", "-o", "other.html").returncode == 2
    assert work("report", "data-001", "--rank", "1", "-o", "other.html", "--force").returncode == 0
    assert (folder / "other.html").read_bytes() != first


@pytest.mark.parametrize(
    ("name", "start"), [("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.pdf", b"%PDF")], ids=lambda v: str(v)[:5]
)
def test_a_figure_is_written_in_the_format_that_its_name_says(work, folder, name, start):
    assert work("plot", "data-001", "network", "-o", name).returncode == 0
    first = (folder / name).read_bytes()
    assert first.startswith(start)
    assert work("plot", "network", "-o", name).returncode == 2
    assert work("plot", "network", "-o", name, "--force").returncode == 0
    assert (folder / name).read_bytes() == first


@pytest.mark.parametrize("figure", ["front", "staircase", "residuals", "predicted", "curves"])
def test_every_figure_is_drawn(work, folder, figure):
    answer = work("plot", figure)
    assert answer.returncode == 0, answer.stderr
    assert (folder / f"{figure}.svg").read_text(encoding="utf-8").count("<path") > 5


def test_a_report_needs_no_matplotlib_and_a_figure_says_how_to_get_it(work, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert work("report", "--force").returncode == 0
    answer = work("plot", "front", "-o", "none.svg")
    assert answer.returncode == 2
    assert 'pip install "kansr[plot]"' in answer.stderr


def test_the_command_and_the_room_know_the_same_figures():
    from kansr.cli.plot import FIGURES as SAID
    from kansr.report.figures.run import FIGURES

    assert tuple(FIGURES) == SAID


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plot", "data-001"], "Figures: network, front"),
        (["plot", "network", "-o", "network.gif"], "must end with .svg, .png or .pdf"),
        (["plot", "a", "b", "network"], "One run and one figure at most"),
        (["report", "nothing-001"], "there is no such run"),
        (["report", "data-001", "--rank", "99"], "there is no formula 99"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(work, words, said):
    answer = work(*words)
    assert answer.returncode == 2
    assert said in answer.stderr
