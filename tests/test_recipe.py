"""Recipes: what is written is read back, and what is wrong is said with file, line and column."""

import json
import math
import re
import time
from contextlib import suppress
from dataclasses import asdict, fields, is_dataclass

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.errors import RecipeError
from kansr.recipe import Recipe, from_yaml, load_recipe, shipped, shipped_folder, to_yaml, with_options
from kansr.recipe.recipe import KEYS
from kansr.recipe.rules import RULES

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)
NAMES = st.none() | st.lists(TEXT, min_size=1, max_size=4, unique=True).map(tuple)
RISING = st.lists(st.integers(1, 1000), min_size=1, max_size=6, unique=True).map(sorted).map(tuple)
CUSTOM = st.fixed_dictionaries(
    {"name": TEXT, "expression": TEXT},
    optional={
        "domain": st.none() | st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9) | st.just(math.inf)),
        "complexity": st.none() | st.integers(0, 1000),
    },
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "seed": st.integers(0, 2**31 - 1),
        "budget": st.none() | st.floats(1e-300, 1e300),
        "device": st.sampled_from(["cpu", "cuda", "cuda:1"]),
        "table.target": st.none() | TEXT,
        "table.features": NAMES,
        "table.units": st.none() | st.dictionaries(TEXT, TEXT, max_size=3),
        "table.delimiter": st.sampled_from([None, ";", "\t", "tab", "|", "'", "#", "~", ":"]),
        "table.encoding": st.sampled_from(["utf-8", "latin-1"]),
        "table.header": st.booleans(),
        "table.null_values": st.lists(TEXT | st.sampled_from(["no", "~", "1e-3", "null", "-999", "1:30"])).map(tuple),
        "table.split": st.tuples(*[st.floats(1e-6, 10)] * 3),
        "network.width": st.none() | st.lists(st.integers(1, 50), min_size=2, max_size=5).map(tuple),
        "network.order": st.integers(1, 5),
        "training.grid": RISING,
        "training.penalty": st.floats(0, 1000),
        "training.optimiser": st.sampled_from(["lm", "lbfgs"]),
        "symbolic.functions": NAMES,
        "symbolic.custom": st.lists(CUSTOM, max_size=3, unique_by=lambda one: one["name"]).map(tuple),
        "symbolic.snap": st.booleans(),
        "wishes.template": st.none() | TEXT,
        "wishes.monotone": st.dictionaries(TEXT, st.sampled_from(["rising", "falling"]), max_size=3),
        "wishes.bounds": st.dictionaries(TEXT, st.sampled_from([(0.0, None), (None, 1.5), (-1.0, 1.0)]), max_size=3),
    },
)


@settings(deadline=None, max_examples=150)
@given(OPTIONS)
def test_a_recipe_survives_being_written_and_read(options):
    recipe = with_options(Recipe(), options)
    assert from_yaml(to_yaml(recipe)) == recipe


@settings(deadline=None, max_examples=50)
@given(OPTIONS)
def test_other_readers_of_yaml_read_the_same_recipe(options):
    recipe = with_options(Recipe(), options)
    assert yaml.safe_load(to_yaml(recipe)) == json.loads(json.dumps(asdict(recipe)))


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80) | st.text("[]{}:-&*!|>'\"#%@,? \nab1", max_size=80))
def test_any_text_is_a_recipe_or_a_recipe_error(text):
    with suppress(RecipeError):
        from_yaml(text)


def test_every_key_has_a_rule_and_every_rule_a_key():
    assert sorted(rule.key for rule in RULES) == sorted(KEYS)


def test_keys_are_the_fields_of_the_specs():
    found = []
    for part in fields(Recipe):
        value = getattr(Recipe(), part.name)
        found += [f"{part.name}.{inner.name}" for inner in fields(value)] if is_dataclass(value) else [part.name]
    assert found == list(KEYS)


def test_the_default_recipe_holds_the_defaults():
    assert load_recipe("default") == Recipe()


@pytest.mark.parametrize("recipe", shipped(), ids=lambda recipe: recipe.name)
def test_every_key_of_a_shipped_recipe_is_set_and_explained_by_a_comment_above_it(recipe):
    lines = recipe.path.read_text().splitlines()
    section, explained = "", set()
    for above, line in zip(["", *lines], lines, strict=False):
        if match := re.fullmatch(r"( *)(\w+):(.*)", line):
            indent, key, value = match.groups()
            assert re.fullmatch(rf"{indent}# \S.*", above), f"no comment above {line!r}"
            section = section if indent else key
            if value:
                explained.add(f"{section}.{key}" if indent else key)
    assert explained == set(KEYS)


def test_shipped_recipes_say_what_they_are_for():
    assert [recipe.name for recipe in shipped()] == ["default", "instant", "quick", "thorough"]
    assert all(len(recipe.summary) > 20 for recipe in shipped())
    assert shipped_folder("recipes").is_dir()


def test_quick_is_less_work_than_default_and_thorough_is_more():
    quick, default, thorough = (load_recipe(name) for name in ("quick", "default", "thorough"))
    assert (quick.budget, thorough.budget) == (20, 600)
    assert quick.training.starts < default.training.starts < thorough.training.starts
    assert quick.symbolic.beam < default.symbolic.beam < thorough.symbolic.beam == 8
    assert thorough.training.grid[-1] == 50


def test_a_recipe_needs_only_the_keys_that_differ():
    assert from_yaml("training:\n  grid: [3, 5]\n") == with_options(Recipe(), {"training.grid": (3, 5)})
    assert from_yaml("") == from_yaml("# nothing\n") == from_yaml("training:\n") == Recipe()


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("training: {penalty: 1e-3}", "training", 1e-3),
        ("training: {penalty: 0}", "training", 0.0),
        ("training: {penalty: .5}", "training", 0.5),
    ],
)
def test_numbers_read_as_a_scientist_writes_them(text, key, value):
    penalty = getattr(from_yaml(text), key).penalty
    assert (penalty, type(penalty)) == (value, float)


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "n", "1:30", "0x10", "1_000", "2024-01-01"])
def test_words_that_yaml_takes_for_something_else_are_text(word):
    assert from_yaml(f"table: {{target: {word}}}").table.target == word


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("budget: 60\nsede: 1", ":2:7", "did you mean seed?"),
        ("training:\n  gird: [3]", ":2:9", "did you mean training.grid?"),
        ("grid: [3]", ":1:7", "did you mean training.grid?"),
        ("trainig:\n  grid: [3]", ":2:3", "did you mean training?"),
        ("completely_unknown: 1", ":1:21", "no key"),
        ("training:\n  grid: [5, 3]", ":2:9", "rising whole numbers"),
        ("training:\n  grid: []", ":2:9", "rising"),
        ("training:\n  grid: 3", ":2:9", "rising"),
        ("training:\n  grid: [0, 3]", ":2:9", "rising"),
        ("training:\n  grid: [3, 200000]", ":2:9", "100000"),
        ("training:\n  grid: ['3']", ":2:9", '["3"]'),
        ("training:\n  starts: 0", ":2:11", "1 to 10000"),
        ("training:\n  starts: 1.5", ":2:11", "whole number"),
        ("training:\n  starts: true", ":2:11", "whole number"),
        ("training:\n  prune: yes", ":2:10", "true or false"),
        ("training:\n  tolerance: -0.1", ":2:14", "from 0"),
        ("training:\n  tolerance: .nan", ":2:14", "from 0"),
        ("training:\n  optimiser: adam", ":2:14", "lm or lbfgs"),
        ("budget: 0", ":1:9", "above 0"),
        ("budget: .inf", ":1:9", "null for no limit"),
        ("budget: two minutes", ":1:9", '"two minutes"'),
        ("seed: -1", ":1:7", "from 0"),
        ("device: tpu", ":1:9", "cuda:N"),
        ("network:\n  order: 6", ":2:10", "1 to 5"),
        ("network:\n  width: [2]", ":2:10", "two or more"),
        ("network:\n  width: [2, 0, 1]", ":2:10", "two or more"),
        ("network: 5", ":1:10", "section"),
        ("network: [width, 5]", ":1:10", "section"),
        ("table:\n  encoding: klingon", ":2:13", "utf-8"),
        ("table:\n  delimiter: ab", ":2:14", "whitespace"),
        ("table:\n  split: [1, 1]", ":2:10", "three shares"),
        ("table:\n  features: [a, a]", ":2:13", "different columns"),
        ("table:\n  target: {a: 1}", ":2:11", "name of a column"),
        ("symbolic:\n  custom: [{name: f, expresion: x^2}]", ":2:11", "name, expression"),
        ("symbolic:\n  custom: [{name: f}]", ":2:11", "name, expression"),
        ("symbolic:\n  custom: ['f=x^2']", ":2:11", "mappings"),
        ("symbolic:\n  custom:\n    - {name: f, expression: x^2, domain: [0]}", ":3:5", "[low, high]"),
        ("seed: 1\nseed: 2", ":2:1", "stands twice"),
        ("- a\n- b", ":1:1", "key: value"),
        ("just words", ":1:1", "key: value"),
        ("a: [1, 2", ":1:9", "not valid YAML"),
        ("seed: 1\n  budget: 2", ":2:9", "not valid YAML"),
        ("seed: 1\n---\nseed: 2", ":2:1", "not valid YAML"),
        ("\tseed: 1", ":1:1", "not valid YAML"),
        ("seed: &a 1\nbudget: *a", ":1:7", "anchors"),
        ("seed: !!python/object/apply:os.getcwd []", ":1:7", "tag"),
        ("seed: !mine 3", ":1:7", "tag"),
        ("seed: \x07", ":1", "forbids"),
    ],
)
def test_a_flaw_is_named_with_its_place(text, place, says):
    with pytest.raises(RecipeError) as caught:
        from_yaml(text, "mine.yaml")
    assert f"mine.yaml{place}" in str(caught.value)
    assert says in str(caught.value)


def test_all_flaws_are_named_at_once():
    with pytest.raises(RecipeError, match="3 flaws") as caught:
        from_yaml("seed: x\nbudget: -1\ntraining:\n  gird: 3\n", "mine.yaml")
    assert [f"mine.yaml:{line}:" in str(caught.value) for line in (1, 2, 4)] == [True] * 3


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "{a: " * 20_000,
        "seed: " + "9" * 90_000,
        "a: &a [x,x]\n"
        + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)},*{chr(97 + i)}]\n" for i in range(20)),
        "x" * 1_000_000,
        "- " * 40_000,
        "? " * 40_000,
    ],
    ids=["brackets", "braces", "digits", "laughs", "long", "dashes", "questions"],
)
def test_a_text_made_to_harm_is_refused_quickly(text):
    started = time.process_time()
    with pytest.raises(RecipeError):
        from_yaml(text)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(("name", "says"), [("quik", "did you mean quick?"), ("no/such.yaml", "shipped recipes")])
def test_a_missing_recipe_is_answered_with_the_nearest_name(name, says):
    with pytest.raises(RecipeError, match=re.escape(says)):
        load_recipe(name)


def test_a_recipe_that_is_not_text_is_an_error(tmp_path):
    (tmp_path / "bad.yaml").write_bytes(b"seed: \xff")
    with pytest.raises(RecipeError, match="UTF-8"):
        load_recipe(tmp_path / "bad.yaml")


def test_a_file_in_the_folder_does_not_hide_a_shipped_recipe(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quick").write_text("seed: 7")
    assert load_recipe("quick").seed == 0
    assert load_recipe("./quick").seed == 7


def test_options_are_checked_like_keys():
    with pytest.raises(RecipeError, match=re.escape("training.grid is [5, 3]")):
        with_options(Recipe(), {"training.grid": (5, 3)})
    with pytest.raises(RecipeError, match="did you mean"):
        with_options(Recipe(), {"training.gird": (3,)})


def test_options_change_nothing_else():
    changed = asdict(with_options(Recipe(), {"seed": 3}))
    assert changed == asdict(Recipe()) | {"seed": 3}
