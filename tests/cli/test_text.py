"""Text for the terminal: harmless, and broken where a reader would break it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kansr.cli.text import folded, number, share, shortened, visible


@given(st.text())
def test_nothing_that_is_shown_can_steer_a_terminal(text):
    assert visible(text).isprintable()


@pytest.mark.parametrize("character", ["\x1b", "\n", "\r", "\b", "\u202e", "\u2066", "\u200b", "\x9b", "\ud800"])
def test_characters_that_hide_or_reverse_text_are_shown_as_escapes(character):
    assert visible(f"a{character}b").startswith("a\\")


def test_text_of_other_scripts_stays_as_it_is():
    assert visible("Δp [Pa] °C 温度 µm²") == "Δp [Pa] °C 温度 µm²"


@given(st.text("abx12+-*/(), ", max_size=300), st.integers(12, 80))
def test_folding_fits_the_width_and_loses_nothing(formula, width):
    lines = folded(formula, width, lines=1000)
    assert all(len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(formula.split())


def test_a_power_is_not_torn_apart():
    for width in range(10, 30):
        lines = [line.strip() for line in folded("aaaa**2*bbbb**3*cccc**4", width)]
        assert not any(line.startswith("*") or line.endswith("**") for line in lines)


def test_a_formula_that_never_ends_is_cut_and_says_so():
    lines = folded(" + ".join(f"x{i}" for i in range(1000)), 60)
    assert len(lines) == 12
    assert "kansr export" in lines[-1]


@pytest.mark.parametrize(
    ("error", "spread", "shown"),
    [(0.01, 1.0, "1 %"), (1.5, 1.0, "1.5"), (1e-12, 1.0, "1e-12"), (0.0, 1.0, "0"), (None, 1.0, "-"), (1.0, 0.0, "-")],
)
def test_an_error_is_read_as_a_share_of_the_spread(error, spread, shown):
    assert share(error, spread) == shown


def test_numbers_are_short():
    assert [number(value) for value in (0.0, 1234567.0, float("nan"), 3.14159)] == ["0", "1.23e+06", "-", "3.14"]
    assert shortened("abcdef", 5) == "ab..."
