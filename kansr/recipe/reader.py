"""From the text of a recipe to keys, values and their places in the text.

YAML, but less of it: `1e-3` is a number; `on`, `no` and `yes` are text; only `true` and `false` are booleans; dates,
octal and sexagesimal numbers, anchors, aliases and tags are not known. A key may stand once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass

import yaml

from kansr.errors import RecipeError

SIZE_LIMIT = 100_000  # characters; a recipe that sets every key has about 3,000
_DEPTH_LIMIT = 8
_NULL, _BOOL, _INT, _FLOAT, _STR = (f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str"))
_LIST = "tag:yaml.org,2002:seq"
_SPELLED = {
    _NULL: (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    _BOOL: (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    _INT: (r"[-+]?[0-9]{1,18}", list("-+0123456789")),
    _FLOAT: (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key with its value and its place, such as `my.yaml:7:9`; `flaw` says what is wrong with its spelling."""

    key: str
    value: object
    place: str
    flaw: str = ""


class _Loader(yaml.SafeLoader):
    """A safe loader of plain values; `compose_node` refuses what could grow without bound."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's own way)
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a node without anchors and aliases, at most eight levels deep."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not allowed", problem_mark=event.start_mark)
        if self.depth >= _DEPTH_LIMIT:
            raise yaml.MarkedYAMLError(problem="too many levels", problem_mark=event.start_mark)
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


class Dumper(yaml.SafeDumper):
    """A safe dumper that quotes text which the loader, or another one, would take for a number."""

    def ignore_aliases(self, _data: object) -> bool:
        """Write equal parts twice instead of once with an alias."""
        return True


Dumper.add_representer(list, lambda dumper, data: dumper.represent_sequence(_LIST, data, flow_style=True))
for _tag, (_pattern, _firsts) in _SPELLED.items():
    for _class in (_Loader, Dumper):
        _class.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern})\\Z"), _firsts)


def read_entries(text: str, source: str, sections: Set[str]) -> list[Entry]:
    """Read the keys of a recipe, those of a section as `section.key`.

    Raises `RecipeError` with file, line and column when the text is not YAML.
    """
    if len(text) > SIZE_LIMIT:
        raise RecipeError(f"the recipe is larger than {SIZE_LIMIT:,} characters", where=source)
    root = _composed(text, source)
    if root is None or (isinstance(root, yaml.ScalarNode) and root.tag == _NULL):
        return []
    if not isinstance(root, yaml.MappingNode):
        raise RecipeError("a recipe is made of lines `key: value`", where=_place(root.start_mark, source))
    return list(_entries(root, source, "", sections))


def _composed(text: str, source: str) -> yaml.Node | None:
    try:
        loader = _Loader(text)
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(mark, source) if mark else source
        raise RecipeError(f"not valid YAML: {error.problem}", where=place) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise RecipeError(f"a character that YAML forbids: {error.character!r}", where=f"{source}:{line}") from error


def _entries(node: yaml.MappingNode, source: str, prefix: str, sections: Set[str]) -> Iterator[Entry]:
    """Walk the lines of a mapping; a section is walked in turn."""
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key = f"{prefix}{key_node.value if isinstance(key_node, yaml.ScalarNode) else '?'}"
        place = _place(key_node.start_mark, source)
        if key in seen:
            yield Entry(key=key, value=None, place=place, flaw="the key stands twice")
        seen.add(key)
        if key in sections and isinstance(value_node, yaml.MappingNode):
            yield from _entries(value_node, source, f"{key}.", frozenset())
        elif key not in sections or value_node.tag != _NULL:
            yield _entry(key, value_node, source)


def _entry(key: str, node: yaml.Node, source: str) -> Entry:
    place = _place(node.start_mark, source)
    try:
        return Entry(key=key, value=_value(node), place=place)
    except ValueError as error:
        return Entry(key=key, value=None, place=place, flaw=str(error))


def _value(node: yaml.Node) -> object:
    """Give the plain value of a node. Raises `ValueError` for a tag that is not known."""
    if isinstance(node, yaml.SequenceNode) and node.tag.endswith(":seq"):
        return [_value(part) for part in node.value]
    if isinstance(node, yaml.MappingNode) and node.tag.endswith(":map"):
        return {str(_value(key)): _value(value) for key, value in node.value}
    known: dict[str, Callable[[str], object]] = {
        _NULL: lambda _: None,
        _BOOL: lambda text: text.lower() == "true",
        _INT: int,
        _FLOAT: _float,
        _STR: str,
    }
    if not isinstance(node, yaml.ScalarNode) or node.tag not in known:
        raise ValueError(f"the tag {node.tag!r} is not allowed")
    return known[node.tag](node.value)


def _float(text: str) -> float:
    return float(
        text.replace(".inf", "inf").replace(".Inf", "inf").replace(".INF", "inf").lower().replace(".nan", "nan")
    )


def _place(mark: yaml.Mark, source: str) -> str:
    return f"{source}:{mark.line + 1}:{mark.column + 1}"
