"""Names of columns in comments. They are data, and may hold anything: line breaks, quotes, the end of a comment.

Every comment is a line comment that ends with a double quote or a bracket, so a backslash at its end, which C reads as
"the comment goes on", cannot occur.
"""

from __future__ import annotations

_LONGEST = 80


def quoted(name: str) -> str:
    r"""Give a name between double quotes, on one line and at most 80 characters long.

    Characters that do not print, such as line breaks and marks that reverse the direction of text, become escapes.

    >>> print(quoted("Δp [Pa]"), quoted('a"b\n'))
    "Δp [Pa]" "a\"b\n"
    """
    name = str(name)
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 3]}..."
    return f'"{"".join(map(_visible, short))}"'


def bare(name: str) -> str:
    r"""Give a name for comments that end with a mark of their own, such as `*)`: letters, digits and harmless signs.

    >>> print(bare("v *) Quit[] (* [m/s]"))
    v __ Quit[] __ [m/s]
    """
    return "".join(c if c.isalnum() or c in " _-+./,:[]%" else "_" for c in str(name)[:_LONGEST])


def _visible(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else character.encode("unicode_escape").decode()
