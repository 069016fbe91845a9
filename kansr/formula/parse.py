"""A reader of formula text: numbers, names, `+ - * / **`, and the functions of the list. Nothing is executed.

Text comes from files and from people, so the reader is closed: what it does not know, it refuses, with the place.
It is bounded too: text, nesting and numbers have limits, so no short text can keep the machine busy.
"""

from __future__ import annotations

import ast
import difflib
import math
import re
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sympy

from kansr.errors import FormulaError
from kansr.formula.functions import CONSTANTS, OF_ORDER, SPELLINGS, Function
from kansr.formula.limit import limited
from kansr.formula.named import Named
from kansr.formula.names import is_safe, symbols_of
from kansr.formula.own import Own

MAX_LENGTH = 100_000
"""Characters of text."""

MAX_DEPTH = 200
"""Levels of nesting."""

MAX_SIZE = 300
"""Numbers hold at most so many digits before the point, and after it so many zeros."""

MAX_EXPONENT = 1000
"""The largest exponent that is a number."""

MAX_FRACTION = 10_000
"""Numerator and denominator of an exponent of a number: sympy takes powers of both."""

MAX_TOWER = 2, 6
"""Powers on powers in an exponent, of numbers and of all else: sympy takes for ever to compare higher towers.

What grows as exp does counts as a power.
"""

MAX_DEPTH_OF_NUMBERS = 8
"""Functions inside of each other around a number: sympy computes each of them from anew, to tell its sign."""

MAX_SECONDS = 5.0
"""That reading may take, for what the other bounds have no word for."""

MAX_ORDER = 100
"""The largest order of a Bessel function."""


MAX_ARGUMENTS = 50
"""The most arguments of a function that takes many."""


Unknown = Callable[[str, Sequence[sympy.Expr]], sympy.Expr]
"""What a call of a function that is not in the list stands for, given its name and its arguments."""


def parse(
    text: str,
    names: Collection[str] | None = None,
    constants: Mapping[str, float] | None = None,
    *,
    unknown: Unknown | None = None,
    own: Collection[Own] = (),
    first: Collection[str] = (),
) -> sympy.Expr:
    """Read a formula.

    Decimal numbers are doubles, exactly; `3/4` stays a fraction; `^` is read as `**`; `ln`, `abs`, `arctan` and `J0`
    are known under these names too. With `names`, other names are refused. A name among them, or in `first`, is a
    column even where a constant, such as `E`, is called so. `constants` are names with a value;
    `own` are functions of the user's, which are written out; `unknown` gives what stands for any other function that is
    not in the list, without it such a one is refused.
    Raises `FormulaError` with the column of what cannot be read.

    >>> parse("exp(sin(pi*x1) + x2^2)", names=["x1", "x2"])
    exp(x2**2 + sin(pi*x1))
    >>> parse("2*y", names=["x1", "x2"])
    Traceback (most recent call last):
    kansr.errors.FormulaError: 'y' is no column of this formula (column 3 of the formula)
      the names are x1, x2
    """
    body, columns = _syntax(text)
    named = {name: Named(name, value) for name, value in (constants or {}).items()}
    try:
        with limited(MAX_SECONDS):
            expr = _Reader(names, columns, named, unknown, own=own, first=first).read(body, 0)
    except (
        RecursionError,
        OverflowError,
        ValueError,
        TypeError,
        ArithmeticError,
        MemoryError,
        AttributeError,
    ) as error:
        raise FormulaError(
            f"the formula cannot be computed: {type(error).__name__}", hint="it may be nested too deeply"
        ) from error
    _check_real(expr)
    return expr


def _check_real(expr: sympy.Expr) -> None:
    if expr.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
        raise FormulaError("the formula has no real value", hint=f"it comes out as {str(expr)[:60]}")


def _syntax(text: str) -> tuple[ast.expr, Callable[[int], int]]:
    """Give the syntax tree, and a function from a place in it (in bytes) to the column in the text, from 1."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"the formula has {len(text):,} characters", hint=f"{MAX_LENGTH:,} is the limit")
    line = re.sub(r"\s", " ", text)
    start = len(line) - len(line.lstrip())
    if start == len(line):
        raise FormulaError("the formula is empty")
    pieces = ["**" if letter == "^" else letter for letter in line[start:]]
    columns = [start + i + 1 for i, piece in enumerate(pieces) for _ in piece]
    code = "".join(pieces)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body, encoded = ast.parse(code, mode="eval").body, code.encode()
    except SyntaxError as error:
        place = [*columns, columns[-1] + 1][min((error.offset or 0) - 1, len(columns))]  # no offset: at the end
        raise FormulaError(
            f"the formula cannot be read: {error.msg}", where=f"column {place} of the formula"
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(
            "the formula cannot be read", hint="it is nested too deeply, or holds odd characters"
        ) from error
    return body, lambda offset: columns[len(encoded[:offset].decode())]


class _Reader:
    """Turns a syntax tree into a sympy tree. It holds what the whole text shares: the names, and where things stand."""

    def __init__(
        self,
        names: Collection[str] | None,
        column: Callable[[int], int],
        constants: Mapping[str, sympy.Expr],
        unknown: Unknown | None = None,
        *,
        own: Collection[Own] = (),
        first: Collection[str] = (),
    ) -> None:
        self.first = first if names is None else names
        self.unknown, self.own = unknown, {one.name: one for one in own}
        self.names, self.column, self.constants = names, column, {**CONSTANTS, **constants}
        self.rules: dict[type[ast.expr], Callable[[Any, int], sympy.Expr]] = {
            ast.Constant: self.number,
            ast.Name: self.name,
            ast.UnaryOp: self.signed,
            ast.BinOp: self.operation,
            ast.Call: self.call,
        }

    def read(self, node: ast.expr, depth: int) -> sympy.Expr:
        """Read one node; what comes out is within the bounds."""
        if depth > MAX_DEPTH:
            raise self.refusal(node, f"the formula is nested more than {MAX_DEPTH} levels deep")
        rule = self.rules.get(type(node))
        if rule is None:
            raise self.refusal(node, f"a formula cannot hold '{_shown(node)}'", _ALLOWED)
        value = rule(node, depth + 1)
        if value.is_Number and not _is_bounded(value):
            raise self.refusal(
                node, "a number is too large or too small", f"numbers lie within 1e-{MAX_SIZE} .. 1e{MAX_SIZE}"
            )
        return value

    def refusal(self, node: ast.expr, what: str, hint: str | None = None) -> FormulaError:
        """Say what is wrong and where."""
        return FormulaError(what, where=f"column {self.column(node.col_offset)} of the formula", hint=hint)

    def number(self, node: ast.Constant, _: int) -> sympy.Expr:
        """Read a number: whole ones stay whole, decimal ones are the double."""
        if type(node.value) is int:
            return sympy.Integer(node.value)
        if type(node.value) is float:
            return sympy.Float(node.value)
        raise self.refusal(node, f"a formula cannot hold '{_shown(node)}'", _ALLOWED)

    def name(self, node: ast.Name, _: int) -> sympy.Expr:
        """Read a constant or a column."""
        if node.id in self.constants and node.id not in self.first:
            return self.constants[node.id]
        if is_safe(node.id) if self.names is None else node.id in self.names:
            return symbols_of([node.id])[node.id]
        raise self.refusal(node, f"'{node.id}' is no column of this formula", _nearest(node.id, self.names or ()))

    def signed(self, node: ast.UnaryOp, depth: int) -> sympy.Expr:
        """Read a sign."""
        if not isinstance(node.op, (ast.USub, ast.UAdd)):
            raise self.refusal(node, f"a formula cannot hold '{_shown(node)}'", _ALLOWED)
        value = self.read(node.operand, depth)
        return -value if isinstance(node.op, ast.USub) else value

    def operation(self, node: ast.BinOp, depth: int) -> sympy.Expr:
        """Read a sum, a product or a power. A chain of one kind is one level, however long."""
        if isinstance(node.op, ast.Pow):
            return self.power(node, self.read(node.left, depth), self.read(node.right, depth))
        chain = next((pair for pair in _CHAINS if isinstance(node.op, pair)), None)
        if chain is None:
            raise self.refusal(node, f"a formula cannot hold '{_shown(node)}'", _ALLOWED)
        parts: list[sympy.Expr] = []
        link: ast.expr = node
        while isinstance(link, ast.BinOp) and isinstance(link.op, chain):
            part = self.read(link.right, depth)
            parts.append(
                part if isinstance(link.op, chain[0]) else -part if chain is _TERMS else self.power(link, part, -1)
            )
            link = link.left
        parts.append(self.read(link, depth))
        if chain is _TERMS:
            return sympy.Add(*reversed(parts))
        if sum(_size(part.as_coeff_Mul()[0]) for part in parts) > 2 * MAX_SIZE:
            raise self.refusal(
                node, "a product of numbers is too large", f"numbers lie within 1e-{MAX_SIZE} .. 1e{MAX_SIZE}"
            )
        return sympy.Mul(*reversed(parts))

    def power(self, node: ast.expr, base: sympy.Expr, exponent: sympy.Expr | int) -> sympy.Expr:
        """Raise to a power, if that ends soon."""
        exponent = sympy.Integer(exponent) if isinstance(exponent, int) else exponent
        base_size = _size(base.as_coeff_Mul()[0])
        for number in (exponent.as_coeff_Mul()[0], exponent.as_coeff_Add()[0]):
            if abs(number) > MAX_EXPONENT or base_size * abs(number) > MAX_SIZE:
                raise self.refusal(node, "a power of numbers is too large", f"exponents go up to {MAX_EXPONENT}")
            if base_size and number.is_Rational and max(abs(number.p), number.q) > MAX_FRACTION:
                raise self.refusal(
                    node, "a fraction in an exponent is too fine", f"its numbers go up to {MAX_FRACTION:,}"
                )
        self.bound_tower(node, exponent)
        if base == sympy.E:
            return self.exponential(node, exponent)
        value = base**exponent
        if value.is_Pow and abs(value.exp.as_coeff_Mul()[0]) > MAX_EXPONENT:
            raise self.refusal(node, "a power of powers is too large", f"exponents go up to {MAX_EXPONENT}")
        return value

    def bound_tower(self, node: ast.expr, exponent: sympy.Expr) -> None:
        """Refuse an exponent with too many powers on each other, and one that is a huge number."""
        most = MAX_TOWER[bool(exponent.free_symbols)]
        if _height(exponent) > most:
            raise self.refusal(node, f"a tower of more than {most} powers in an exponent", "write it in a shorter way")
        value = sympy.Integer(0) if exponent.free_symbols else exponent.evalf()
        if value.is_comparable and abs(value) > MAX_EXPONENT:
            raise self.refusal(node, "a power of numbers is too large", f"exponents go up to {MAX_EXPONENT}")

    def exponential(self, node: ast.expr, argument: sympy.Expr) -> sympy.Expr:
        """Give exp(argument); sympy turns exp(n log 2) into 2**n, so n is bounded as an exponent is."""
        for term in sympy.Add.make_args(argument):
            if abs(term.as_coeff_Mul()[0]) > MAX_EXPONENT and term.has(sympy.log):
                raise self.refusal(node, "a power of numbers is too large", f"exponents go up to {MAX_EXPONENT}")
        return sympy.exp(argument)

    def call(self, node: ast.Call, depth: int) -> sympy.Expr:
        """Read a function of the list and its arguments."""
        spelling = node.func.id if isinstance(node.func, ast.Name) else None
        if spelling is None or node.keywords:
            raise self.refusal(node, f"a formula cannot hold '{_shown(node)}'", _ALLOWED)
        if spelling in self.own:
            return self.written_out(node, self.own[spelling], [self.read(argument, depth) for argument in node.args])
        if spelling not in SPELLINGS and spelling not in OF_ORDER:
            if self.unknown is not None:
                return self.unknown(spelling, [self.read(argument, depth) for argument in node.args])
            raise self.refusal(
                node,
                f"'{spelling}' is no function of a formula",
                _nearest(spelling, [*self.own, *SPELLINGS, *OF_ORDER]),
            )
        arguments = [self.read(argument, depth) for argument in node.args]
        if spelling in OF_ORDER:
            function, order = OF_ORDER[spelling]
            arguments.insert(0, sympy.Integer(order))
        else:
            function = SPELLINGS[spelling]
        self.check(node, function, arguments)
        for argument in (one for one in arguments if one.is_number):
            _check_real(argument)
            if _depth(argument) >= MAX_DEPTH_OF_NUMBERS:
                most = MAX_DEPTH_OF_NUMBERS
                raise self.refusal(node, f"a number inside of more than {most} functions", "write its value")
        if function.sympy is sympy.sqrt:
            return self.power(node, arguments[0], sympy.S.Half)
        if function.sympy in _GROWING:
            self.bound_tower(node, arguments[0])
        return self.exponential(node, arguments[0]) if function.sympy is sympy.exp else function.sympy(*arguments)

    def written_out(self, node: ast.Call, one: Own, arguments: Sequence[sympy.Expr]) -> sympy.Expr:
        """Put arguments into a function of the user's own."""
        wanted = len(one.variables)
        if len(arguments) != wanted:
            raise self.refusal(node, f"{one.name} takes {wanted} argument{'s' * (wanted > 1)}, not {len(arguments)}")
        found = one.at(arguments)
        if found is None:
            raise self.refusal(node, f"the formula is too large with {one.name} written out", "call it less often")
        return found

    def check(self, node: ast.Call, function: Function, arguments: Sequence[sympy.Expr]) -> None:
        """Check the number of arguments, and the order if there is one."""
        least, most = (2, MAX_ARGUMENTS) if function.many else (function.orders + 1,) * 2
        if not least <= len(arguments) <= most:
            wanted = f"{least} to {most}" if function.many else str(least)
            raise self.refusal(node, f"{function.name} takes {wanted} argument{'s' * (most > 1)}, not {len(arguments)}")
        for order in arguments[: function.orders]:
            if not (order.is_Integer and abs(order) <= MAX_ORDER):
                raise self.refusal(
                    node, f"the order of {function.name} is {order}", f"it is a whole number up to {MAX_ORDER}"
                )


_TERMS: tuple[type[ast.operator], type[ast.operator]] = (ast.Add, ast.Sub)
_FACTORS: tuple[type[ast.operator], type[ast.operator]] = (ast.Mult, ast.Div)
_CHAINS = (_TERMS, _FACTORS)
_GROWING = (sympy.exp, sympy.cosh, sympy.sinh)
_ALLOWED = "a formula is made of numbers, columns, + - * / ** and functions such as exp(x)"
_LARGEST, _SMALLEST = sympy.Float(f"1e{MAX_SIZE}"), sympy.Float(f"1e-{MAX_SIZE}")


def _size(number: Any) -> float:
    """Give the digits that a number has before the point, or its zeros after it."""
    if number.is_Rational:
        return max(int(number.p).bit_length() - 1, int(number.q).bit_length() - 1, 0) * math.log10(2)
    return abs(math.log10(abs(float(number)))) if number.is_Float and not number.is_zero else 0.0


def _height(expr: sympy.Expr) -> int:
    """Give the number of powers that stand on each other's exponents."""
    if expr.is_Pow or isinstance(expr, _GROWING):
        return 1 + _height(expr.exp if expr.is_Pow else expr.args[0])
    return max(map(_height, expr.args), default=0) if expr.has(sympy.Pow, *_GROWING) else 0


def _depth(number: sympy.Expr) -> int:
    """Give the number of functions and powers that stand inside of each other."""
    own = int(number.is_Pow or number.is_Function)
    return own + max(map(_depth, number.args), default=0)


def _is_bounded(number: Any) -> bool:
    if number.is_Rational:
        return _size(number) <= MAX_SIZE
    return bool(number.is_zero) or bool(_SMALLEST <= abs(number) <= _LARGEST)


def _shown(node: ast.expr) -> str:
    """Show the start of what was refused."""
    if not isinstance(node, (ast.Constant, ast.Attribute, ast.Call, ast.Name, ast.BinOp, ast.UnaryOp)):
        return type(node).__name__
    text = ast.unparse(node)
    return text if len(text) <= 30 else f"{text[:27]}..."


def _nearest(name: str, names: Collection[str]) -> str | None:
    """Suggest the nearest name, or show some."""
    near = difflib.get_close_matches(name, names, 1)
    if near:
        return f"did you mean '{near[0]}'?"
    shown = ", ".join(list(names)[:8])
    return f"the names are {shown}{', ...' if len(names) > 8 else ''}" if names else None
