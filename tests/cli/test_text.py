"""Text for the terminal: harmless, and broken where a reader would break it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kansr.cli.text import folded, number, of_spread, readable, shortened, visible


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
    [
        (0.01, 1.0, "1 % of the spread"),
        (0.00123, 1.0, "0.12 % of the spread"),
        (0.999, 1.0, "100 % of the spread"),
        (1.5, 1.0, "150 % of the spread"),
        (16.5, 1.0, "16 times the spread"),
        (3e9, 1.0, "3e+09 times the spread"),
        (1e-12, 1.0, "1e-12 of the spread"),
        (0.0, 1.0, "0 % of the spread"),
        (None, 1.0, "-"),
        (float("nan"), 1.0, "-"),
        (0.25, 0.0, "0.25"),
    ],
)
def test_an_error_is_read_beside_the_spread(error, spread, shown):
    assert of_spread(error, spread) == shown


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("0.0007788682963986144/(1.0000002200324483*x)", "0.00077887/(1*x)"),
        ("5352744.168668371*sin(3.5*x)", "5.3527e+06*sin(3.5*x)"),
        ("2.220446049250313e-16 + 1.5e-7*x", "2.2204e-16 + 1.5e-7*x"),
        ("x_1234567*log10_7654321(12345678*x2**2)", "x_1234567*log10_7654321(12345678*x2**2)"),
        ("sqrt(2)*exp(-x**(3/2))", "sqrt(2)*exp(-x**(3/2))"),
        ("0.1044*pressure + 4.26", "0.1044*pressure + 4.26"),
    ],
)
def test_the_numbers_of_a_table_are_rounded_and_names_are_not(formula, shown):
    assert readable(formula) == shown


def test_numbers_are_short():
    assert [number(value) for value in (0.0, 1234567.0, float("nan"), 3.14159)] == ["0", "1.23e+06", "-", "3.14"]
    assert shortened("abcdef", 5) == "ab..."
