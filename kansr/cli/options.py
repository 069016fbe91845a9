"""Options that commands share, and the way from options to keys of a recipe.

Flags come first, then `KANSR_*` variables, then the recipe, then the defaults.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from inspect import cleandoc
from typing import Any, ClassVar, TypeVar

import rich_click as click

from kansr.cli.completing import complete_columns, complete_recipes, complete_runs

Command = TypeVar("Command", bound=Callable[..., Any])
NULL = object()  # an option that says null, as against one that was not given


class WholeNumbers(click.ParamType[Any]):
    """Whole numbers with commas between them, such as `2,5,1`; `auto` is null where it is allowed."""

    name = "N,N,..."

    def __init__(self, auto: bool = False) -> None:
        self.auto = auto

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of the option into numbers."""
        if not isinstance(value, str):
            return value
        if self.auto and value.strip().lower() == "auto":
            return NULL
        try:
            return tuple(int(part) for part in value.strip("[]() ").split(","))
        except ValueError:
            self.fail(f"'{value}' is not whole numbers with commas between them, such as 3,5,10", param, ctx)


class Names(click.ParamType[Any]):
    """Names with commas between them; a name that holds a comma stands in double quotes."""

    name = "NAME,NAME,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of the option into names."""
        if not isinstance(value, str):
            return value
        names = tuple(name.strip() for name in next(csv.reader([value], skipinitialspace=True), []))
        if not names or not all(names):
            self.fail(f"'{value}' holds an empty name", param, ctx)
        return names


class NewFunction(click.ParamType[Any]):
    """A function of the user's own: `softplus=log(1+exp(x))`, `softplus(u)=log(1+exp(u))`, `hyp(a,b)=sqrt(a^2+b^2)`."""

    name = "NAME=EXPRESSION"
    envvar_list_splitter = ";"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of the option into what stands in a recipe."""
        if not isinstance(value, str):
            return value
        match = re.fullmatch(r"\s*(\w+)\s*(?:\(\s*(\w+(?:\s*,\s*\w+)*)\s*\)\s*)?=\s*(\S.*)", value, flags=re.DOTALL)
        if match is None:
            self.fail(f"'{value}' is not NAME=EXPRESSION, such as 'softplus=log(1+exp(x))'", param, ctx)
        name, variable, expression = match.groups()
        return {"name": name, "expression": expression, "variable": variable or "x"}


class Constant(click.ParamType[Any]):
    """A constant with its value, such as `g=9.81`."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of the option into a name and a number."""
        if not isinstance(value, str):
            return value
        name, _, number = value.partition("=")
        try:
            return name.strip(), float(number)
        except ValueError:
            self.fail(f"'{value}' is not a name and a number, such as g=9.81", param, ctx)


class Units(click.ParamType[Any]):
    """Columns and their units, such as `v=m/s,t=s`; `none` is null."""

    name = "COLUMN=UNIT,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of the option into a mapping."""
        if not isinstance(value, str):
            return value
        if value.strip().lower() == "none":
            return NULL
        pairs = [part.rpartition("=") for part in next(csv.reader([value], skipinitialspace=True), [])]
        if not pairs or not all(name.strip() and sign for name, sign, _ in pairs):
            self.fail(f"'{value}' is not columns with their units, such as v=m/s,t=s", param, ctx)
        return {name.strip(): unit.strip() for name, _, unit in pairs}


class Courses(click.ParamType[Any]):
    """Columns with the way in which the target runs with them, such as `x:+,y:-`."""

    name = "COLUMN:+|-,..."
    words: ClassVar = {"+": "rising", "rising": "rising", "-": "falling", "falling": "falling"}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of the option into a mapping from columns to `rising` or `falling`."""
        if not isinstance(value, str):
            return value
        pairs = [part.rpartition(":") for part in next(csv.reader([value], skipinitialspace=True), [])]
        if not pairs or not all(name.strip() and way.strip() in self.words for name, _, way in pairs):
            self.fail(f"'{value}' is not columns with + (rising) or - (falling), such as x:+,y:-", param, ctx)
        return {name.strip(): self.words[way.strip()] for name, _, way in pairs}


class Bounds(click.ParamType[Any]):
    """A name with two numbers, one of which may be left out, such as `y=0:` or `a=0:10`."""

    name = "NAME=LOW:HIGH"
    envvar_list_splitter = ";"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of the option into a name and two ends, None where an end is open."""
        if not isinstance(value, str):
            return value
        name, sign, ends = value.rpartition("=")
        low, colon, high = (part.strip() for part in ends.partition(":"))
        try:
            if not (name.strip() and sign and colon):
                raise ValueError
            return name.strip(), tuple(float(end) if end else None for end in (low, high))
        except ValueError:
            self.fail(f"'{value}' is not a name with two ends, such as y=0: or a=0:10", param, ctx)


class Seconds(click.ParamType[Any]):
    """Seconds above 0; `none` is null."""

    name = "SECONDS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of the option into seconds."""
        if str(value).strip().lower() == "none":
            return NULL
        try:
            return float(value)
        except ValueError:
            self.fail(f"'{value}' is not a number of seconds, nor 'none'", param, ctx)


# option name -> key of the recipe
KEYS = {
    "target": "table.target",
    "features": "table.features",
    "group": "table.group",
    "sigma": "table.sigma",
    "weights": "table.weights",
    "units": "table.units",
    "delimiter": "table.delimiter",
    "decimal": "table.decimal",
    "encoding": "table.encoding",
    "sheet": "table.sheet",
    "query": "table.query",
    "table_name": "table.name",
    "no_header": "table.header",
    "skip_lines": "table.skip_lines",
    "null_value": "table.null_values",
    "missing": "table.missing",
    "limits": "table.limits",
    "time": "table.time",
    "width": "network.width",
    "grid": "training.grid",
    "functions": "symbolic.functions",
    "function": "symbolic.custom",
    "constant": "symbolic.constants",
    "constants": "symbolic.physical",
    "template": "wishes.template",
    "monotone": "wishes.monotone",
    "bounds": "wishes.bounds",
    "seed": "seed",
    "budget": "budget",
    "device": "device",
    "select": "select",
    "stability": "stability",
}


def recipe_options(options: Mapping[str, Any]) -> dict[str, object]:
    """Turn the options that were given into keys of a recipe."""
    given = {name: value for name, value in options.items() if name in KEYS and _is_given(value)}
    if "no_header" in given:
        given["no_header"] = False  # the key says whether there is a header
    if "constant" in given:
        given["constant"] = dict(given["constant"])
    if "bounds" in given:
        given["bounds"] = dict(given["bounds"])
    if "constants" in given:
        given["constants"] = True  # the key says whether those of physics are tried
    return {KEYS[name]: None if value is NULL else value for name, value in given.items()}


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value != ()


# option -> what a shell offers for it
_COMPLETED = dict.fromkeys(("target", "features", "sigma", "weights"), complete_columns) | {"recipe": complete_recipes}


def option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """Make an option that can also be set by a variable `KANSR_<NAME>`."""
    long = next(name for name in names if name.startswith("--")).split("/")[0].removeprefix("--")
    variable = f"KANSR_{long.upper().replace('-', '_')}"
    if long in _COMPLETED:
        settings.setdefault("shell_complete", _COMPLETED[long])
    return click.option(*names, envvar=variable, show_envvar=False, **settings)


def together(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Apply decorators so that the options stand in the help in the order given."""

    def apply(command: Command) -> Command:
        for decorate in reversed(decorators):
            command = decorate(command)
        return command

    return apply


def example(*lines: str) -> Callable[[Command], Command]:
    """Put example commands at the end of the help, as they stand."""

    def add(command: Command) -> Command:
        command.__doc__ = f"{cleandoc(command.__doc__ or '')}\n\n\b\nExample:\n" + "".join(
            f"  {line}\n" for line in lines
        )
        return command

    return add


reader_options = together(
    option("--units", type=Units(), help="Units of columns, such as v=m/s,t=s; `none`: no units.  [as in the header]"),
    option(
        "-d", "--delimiter", metavar="CHAR", help="Character between columns; `tab`, `whitespace`, ...  [found out]"
    ),
    option("--decimal", metavar="CHAR", help="Decimal sign: `.` or `,`.  [found out]"),
    option("--encoding", metavar="NAME", help="Encoding of the file.  [utf-8]"),
    option("--sheet", metavar="NAME", help="Sheet of a workbook.  [the first one that holds something]"),
    option("--query", metavar="SQL", help="What to ask of a database, such as 'select x, y from runs'."),
    option("--table", "table_name", metavar="NAME", help="Table of a database.  [the only one]"),
    option("-H", "--no-header", is_flag=True, help="The first line holds values, not names."),
    option("--skip-lines", type=int, metavar="N", help="Lines to pass over at the top."),
    option(
        "--null-value", multiple=True, metavar="TEXT", help="Text that stands for a missing value; may be repeated."
    ),
    option("--missing", type=click.Choice(["drop", "fail"]), help="What to do with rows that miss a value."),
)
row_options = together(
    option(
        "--limits",
        type=click.Choice(["fail", "drop"]),
        help="What to do with rows that hold a detection limit such as <0.05.  [fail]",
    ),
    option(
        "--time",
        type=click.Choice(["seconds", "hours", "days", "months", "years"]),
        help="What dates and times of features are counted in, since the first.  [by what they are]",
    ),
)
quiet_option = option("-q", "--quiet", is_flag=True, help="Print only the result, and errors.")
verbose_option = option("-v", "--verbose", is_flag=True, help="Print every step, and where an error arose.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
budget_option = option("--budget", type=Seconds(), help="Time limit; the best so far is kept. `none`: no limit.")
force_option = click.option("--force", is_flag=True, help="Overwrite a file; an old run folder is moved aside.")
_RULES = click.Choice(["best", "accuracy", "simple"])
cluster_option = option(
    "--cluster", metavar="URL|FILE", help="The scheduler of a Dask cluster that does it, such as tcp://10.0.0.1:8786."
)
select_option = option(
    "--select",
    type=_RULES,
    help="Formula to take: the shortest description, the lowest error, or the simplest within twice that.  [best]",
)
wish_options = together(
    option("--template", metavar="FORMULA", help="What is known of the form: 'a*exp(-f(x)) + g(y,z)' finds f and g."),
    option("--monotone", type=Courses(), help="Columns with which the target rises or falls: x:+,y:-"),
    option(
        "--bounds",
        type=Bounds(),
        multiple=True,
        help="Ends for the target, a constant of the template, or a column where wishes hold: y=0: ; may be repeated.",
    ),
)
look_options = together(
    click.option("--rank", type=click.IntRange(1), metavar="N", help="Take formula N of the front; 1 is the simplest."),
    click.option("--select", type=_RULES, help="Take another formula of the front, by a rule of `kansr fit --select`."),
)
run_argument = click.argument("run", required=False, metavar="[RUN]", shell_complete=complete_runs)
talk_options = together(json_option, quiet_option, verbose_option)
