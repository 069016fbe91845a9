"""The page of the commands: their own help, with the variable and the recipe key of each option."""

from __future__ import annotations

import inspect
import re

import click

from kansr.cli.main import COMMANDS, group
from kansr.cli.options import KEYS
from tests.docs.reference.markdown import code, fence, page, table

_INTRODUCTION = """
RUN is a run folder, or its name in `runs`; without it the last run is taken. Flags come before `KANSR_*` variables,
those before the [recipe](recipe.md). Every command has its own `--help`.
"""


def commands() -> str:
    """Write the page."""
    found = [(name, group.get_command(click.Context(group), name)) for name in COMMANDS]
    return page("Commands", _INTRODUCTION, *(_command(name, command) for name, command in found if command))


def _command(name: str, command: click.Command) -> str:
    text, examples = _split(command)
    context = click.Context(command, info_name=f"kansr {name}")
    rows = [_option(option) for option in command.params if isinstance(option, click.Option)]
    options = table(["option", "", "variable", "recipe key"], rows)
    usage = " ".join([f"kansr {name}", *command.collect_usage_pieces(context)])
    return "\n\n".join([f"## kansr {name}", fence(usage), text, fence("\n".join(examples), "sh"), options])


def _split(command: click.Command) -> tuple[str, list[str]]:
    """Give the help of a command, and the example commands at its end."""
    text, _, examples = inspect.cleandoc(command.help or "").partition("Example:\n")
    return text.replace("\b", "").strip(), [line.strip() for line in examples.splitlines() if line.strip()]


def _option(option: click.Option) -> list[str]:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    shown = f"{names} {code(_value(option))}".strip()
    variable = str(option.envvar) if option.envvar else ""
    return [shown, _help(option), code(variable), code(KEYS.get(str(option.name), ""))]


def _value(option: click.Option) -> str:
    if option.is_flag or option.count:
        return ""
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    return option.metavar or option.type.name.upper()


def _help(option: click.Option) -> str:
    """Give the help of an option; what stands in brackets at its end is the default."""
    return re.sub(r"\s*\[([^\]]+)\]$", r" *Default: \1.*", " ".join((option.help or "").split()))
