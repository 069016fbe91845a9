"""How each shell is offered what completes a word: as text, which the shell quotes, and never as part of a command.

What is offered comes from others: a column of a table may be called `$(rm -r .)`. So every shell is told to quote what
it puts on the line, in the way in which the user began the word, and what no terminal prints is not offered.
"""

from __future__ import annotations

import os

import rich_click as click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

# bash quotes nothing that a function gives it, and of file names not `$`. So the word is written here as it must stand
# on the line: bare, or behind the quote that the user has begun it with. The loop reads lines: a word of the shell
# would be split, and its `*` would become files.
_BASH = r"""%(complete_func)s_written() {
    local word=${COMP_WORDS[COMP_CWORD]} open='' char i
    for ((i = 0; i < ${#word}; i++)); do
        char=${word:i:1}
        if [[ -z $open && $char == [\"\'] ]]; then
            open=$char
            ((i == 0)) || return 1
        elif [[ $char == "$open" ]]; then
            open=''
        elif [[ $char == \\ && $open != \' ]]; then
            ((i++))
        fi
    done
    case $open in
        \') written=${1//\'/\'\\\'\'} ;;
        \") [[ $1 != *!* ]] || return 1
            written=${1//\\/\\\\}; written=${written//\$/\\\$}
            written=${written//\`/\\\`}; written=${written//\"/\\\"} ;;
        *) printf -v written %%q "$1" ;;
    esac
}

%(complete_func)s() {
    local IFS=$'\n' type value response written
    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" %(complete_var)s=bash_complete "$1")
    COMPREPLY=()
    while IFS=',' read -r type value; do
        if [[ $type == dir ]]; then
            compopt -o dirnames
        elif [[ $type == file ]]; then
            compopt -o default
        elif [[ $type == plain ]] && %(complete_func)s_written "$value"; then
            COMPREPLY+=("$written")
        fi
    done <<< "$response"
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

# zsh quotes what `compadd` gets; it only must not be told (-Q) that this is done.
_ZSH = ZshComplete.source_template

# fish quotes what it completes; a value may hold commas itself.
_FISH = r"""function %(complete_func)s
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
        COMP_CWORD=(commandline -ct) %(prog_name)s)
    for completion in $response
        set -l metadata (string split -m 1 "," -- $completion)
        if test "$metadata[1]" = dir
            __fish_complete_directories $metadata[2]
        else if test "$metadata[1]" = file
            __fish_complete_path $metadata[2]
        else if test "$metadata[1]" = plain
            echo -- $metadata[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Printable(ShellComplete):
    """Offers what a terminal prints in one line."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        return [item for item in super().get_completions(args, incomplete) if str(item.value).isprintable()]


class Bash(_Printable, BashComplete):
    """Completion for bash."""

    source_template = _BASH


class Zsh(_Printable, ZshComplete):
    """Completion for zsh."""

    source_template = _ZSH


class Fish(_Printable, FishComplete):
    """Completion for fish."""

    source_template = _FISH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Tell the words before the one that is completed from that, which fish gives with them: also a lone quote."""
        words = split_arg_string(os.environ["COMP_WORDS"])[1:]
        return (words[:-1], words[-1]) if os.environ["COMP_CWORD"] and words else (words, "")


SHELLS: dict[str, type[ShellComplete]] = {kind.name: kind for kind in (Bash, Zsh, Fish)}


def offer() -> None:
    """Let click answer a shell that asks in these ways."""
    for kind in SHELLS.values():
        add_completion_class(kind)


def script(shell: str, group: click.Command) -> str:
    """Give the script that lets a shell complete the words after `kansr`."""
    return SHELLS[shell](group, {}, "kansr", "_KANSR_COMPLETE").source()
