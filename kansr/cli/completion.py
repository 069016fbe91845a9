"""`kansr completion`: the script that lets a shell complete what is typed after `kansr`."""

from __future__ import annotations

import rich_click as click

from kansr.cli.options import example, verbose_option
from kansr.cli.shells import SHELLS, script


@click.command(no_args_is_help=False)
@click.argument("shell", type=click.Choice(tuple(SHELLS)), metavar=f"[{'|'.join(SHELLS)}]")
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

    print(script(shell, group))
