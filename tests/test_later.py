"""Heavy libraries come late, whole, and at nobody's cost: a time limit stands still while one is loaded."""

import sys
import time
from importlib import import_module

import pytest

from kansr.errors import FormulaError
from kansr.formula.limit import limited
from kansr.later import at_work, function_of, later, names_of
from kansr.progress import Clock

SECONDS = 0.3


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """Give the name of a module that takes some time to load, and of which half is there before."""
    (tmp_path / "slow_to_load.py").write_text(
        f"import time\nhalf = 1\ntime.sleep({SECONDS})\nwhole = 2\n\n\ndef double(x):\n    return 2 * x\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield "slow_to_load"
    sys.modules.pop("slow_to_load", None)


def test_a_module_is_loaded_when_something_of_it_is_asked_for(slow):
    module, double = later(slow), function_of(later(slow), "double")
    assert slow not in sys.modules
    assert double(3) == 6
    assert slow in sys.modules
    assert module.whole == 2
    assert module.double is import_module(slow).double


def test_what_a_module_lacks_it_lacks_late_too(slow):
    with pytest.raises(AttributeError):
        later(slow).nothing  # noqa: B018
    with pytest.raises(ModuleNotFoundError):
        later("no_such_library_at_all").anything  # noqa: B018


def test_clocks_stand_still_while_a_library_is_loaded(slow):
    clock, started, begun = Clock(SECONDS / 2), time.monotonic(), at_work()
    assert later(slow).whole == 2
    assert time.monotonic() - started > SECONDS
    assert at_work() - begun < SECONDS / 2
    assert not clock.over()
    time.sleep(SECONDS / 2)
    assert clock.over()


def test_a_time_limit_never_leaves_half_a_library_and_goes_on_afterwards(slow):
    with pytest.raises(FormulaError), limited(SECONDS / 3):
        assert later(slow).whole == 2
        time.sleep(2 * SECONDS)
    assert sys.modules[slow].whole == 2


def test_a_limit_within_another_leaves_it_what_it_had_before_a_library_was_loaded(slow):
    with limited(SECONDS / 2):
        with limited(SECONDS / 3):
            assert later(slow).whole == 2
        time.sleep(SECONDS / 6)  # the outer limit would be over if the loading counted


def test_names_of_a_package_come_from_its_modules():
    load = names_of("xml", {"dom.minidom": ["parseString"]})
    assert load("parseString") is import_module("xml.dom.minidom").parseString
    with pytest.raises(AttributeError, match="module 'xml' has no attribute 'parse'"):
        load("parse")
