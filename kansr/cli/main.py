"""The command `kansr`: finds the command, and turns every error into one sentence and an exit code."""

from __future__ import annotations

import os
import re
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

import rich_click as click

from kansr import __version__
from kansr.cli.lack import lack
from kansr.cli.memory import check_room
from kansr.cli.options import example
from kansr.cli.streams import forget, sound
from kansr.cli.text import visible
from kansr.errors import KansrError

COMMANDS = (
    "fit", "resume", "extend", "prune", "edges", "set", "unset", "show", "report", "plot", "export", "predict", "score",
    "recipes", "datasets", "bench",
    "run",
    "check", "runs", "doctor", "completion",
)  # fmt: skip
INTERRUPTED = 130
_LIGHT = {"recipes", "runs", "datasets", "completion"}  # load no library that needs room


class LazyGroup(click.RichGroup):
    """A group whose commands are imported when they are asked for; command `fit` is `kansr.cli.fit.fit`."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Name the commands in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"kansr.cli.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; suggest the nearest one for a misspelt name, and `fit` for a file."""
        name = str(args[0])
        if name not in COMMANDS and not name.startswith("-"):
            raise click.UsageError(_unknown(name), ctx)
        return super().resolve_command(ctx, args)


def _unknown(name: str) -> str:
    close = get_close_matches(name, COMMANDS, n=1)
    if "://" in name:  # a database; its URL may hold a password, so it is not repeated
        return "This is no command. Did you mean 'kansr fit' with this URL?"
    if "." in name:  # a file
        advice = f"Did you mean 'kansr fit {name}'?"
    else:
        advice = f"Did you mean '{close[0]}'?" if close else f"Commands: {', '.join(COMMANDS)}."
    return f"There is no command '{name}'. {advice}"


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.rich_config(help_config={"text_paragraph_linebreaks": "\n\n"})
@click.version_option(__version__, "-V", "--version", prog_name="kansr")
@example(
    "kansr fit data.csv",
    "kansr show",
    "kansr export --to latex",
)
@click.pass_context
def group(context: click.Context) -> None:
    """Give it a table, get back the formula.

    kansr trains a Kolmogorov-Arnold network on the rows and reads the formula off it.
    Every command has its own --help.
    """
    if context.invoked_subcommand not in _LIGHT:
        check_room()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `kansr` and end the process."""
    sound()
    for threads in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(
            threads, "1"
        )  # networks are small: more threads only wait for each other (2 times slower)
    if not sys.warnoptions:  # a number that overflowed on the way is no news for the user
        warnings.simplefilter("ignore", RuntimeWarning)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code; every error becomes one sentence on stderr."""
    if "_KANSR_COMPLETE" in os.environ:
        from kansr.cli.shells import offer  # noqa: PLC0415

        offer()
    try:
        code = group.main(args=list(arguments), prog_name="kansr", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_gone()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _told(error, verbose=any(word in {"-v", "--verbose"} for word in arguments))
    return code if isinstance(code, int) else 0


def _told(error: Exception, verbose: bool) -> int:
    """Say what went wrong, and give the exit code for it."""
    shortage = lack(error)
    if shortage is not None and verbose:
        traceback.print_exception(error)
    error = shortage or error
    if isinstance(error, KansrError):
        place = f" ({error.where})" if error.where else ""
        _say(f"error: {error.what}{place}", error.hint)
        return error.exit_code
    if isinstance(error, click.Abort):
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        hint = f"see: {context.command_path} --help" if context else None
        _say(f"error: {error.format_message()}{_nearest_choice(error)}", hint)
        return error.exit_code
    if verbose:
        traceback.print_exc()
    hint = "this is a mistake in kansr: please report it, with what the same command prints with -v"
    _say(f"error: {type(error).__name__}: {error}", hint)
    return 1


def _nearest_choice(error: click.ClickException) -> str:
    """Name the choice that a misspelt one is nearest to."""
    kind = getattr(getattr(error, "param", None), "type", None)
    given = re.search(r"'(.*)' is not ", error.format_message())
    if not isinstance(kind, click.Choice) or given is None:
        return ""
    close = get_close_matches(given[1].rpartition("'")[2], [str(choice) for choice in kind.choices], n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def _say(what: str, hint: str | None) -> None:
    """Print an error on stderr; its own line breaks stay, other control characters are made visible."""
    with suppress(OSError, ValueError):
        for line in what.split("\n"):
            print(visible(line), file=sys.stderr)
        if hint:
            print(f"  {visible(hint)}", file=sys.stderr)


def _reader_gone() -> int:
    """End quietly when the reader of stdout has gone, as in `kansr predict ... | head`."""
    forget(1)
    return 0
