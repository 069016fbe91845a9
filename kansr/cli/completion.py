"""`kansr completion`: the script that lets a shell complete what is typed after `kansr`."""

from __future__ import annotations

import rich_click as click
from click.shell_completion import get_completion_class

from kansr.cli.options import example, verbose_option

SHELLS = ("bash", "zsh", "fish")


@click.command(no_args_is_help=False)
@click.argument("shell", type=click.Choice(SHELLS), metavar=f"[{'|'.join(SHELLS)}]")
@verbose_option
@example(
    'eval "$(kansr completion bash)"                                       # now; in ~/.bashrc: always',
    'eval "$(kansr completion zsh)"                                        # in ~/.zshrc',
    "kansr completion fish > ~/.config/fish/completions/kansr.fish",
)
def completion(*, shell: str, verbose: bool) -> None:  # noqa: ARG001  (main reads verbose)
    """Print the script that completes commands, options, recipes, runs, and the columns of a text table.

    Run its output in the shell, or write it to where the shell looks for such scripts.
    """
    from kansr.cli.main import group  # noqa: PLC0415

    kind = get_completion_class(shell)
    if kind is None:  # click knows these three
        raise click.UsageError(f"there is no completion for {shell}")
    print(kind(group, {}, "kansr", "_KANSR_COMPLETE").source())
