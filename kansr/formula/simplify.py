"""One form for each formula: constants gathered where they cannot be told apart, then the shortest equal form.

`canonical` only moves numbers: `exp(x + 1.5)` becomes `4.48 exp(x)`, `sqrt(4 x + 8)` becomes `2 sqrt(x + 2)`, phases
come to lie near 0. After it no two constants of a formula can stand in for each other, in most formulas. `shortest`
tries sympy's cheap rewritings and keeps what is printed with the fewest nodes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.complexity import complexity, description_length
from kansr.formula.corners import Max, Min, step
from kansr.formula.decimals import clean
from kansr.formula.evaluate import evaluate
from kansr.formula.roots import from_one, into_root, one_root, reciprocals, rooted
from kansr.formula.text import base_of

_UNUSUAL = (sp.sinh, sp.cosh, sp.tanh, sp.asin, sp.acos, sp.atan, sp.asinh, sp.acosh, sp.atanh)
_TERMS = 200  # larger sums are not rewritten: sympy would take too long
_POLYNOMIAL = 60  # quotients of polynomials larger than this are not reduced
_TOLERANCE = 1e-9  # relative difference up to which two forms are the same


def canonical(expr: sp.Expr) -> sp.Expr:
    """Gather the constants of an expression from the inside out.

    >>> x = sp.Symbol("x", real=True)
    >>> canonical(sp.sqrt(4.0 * x + 8.0))
    2.0*sqrt(x + 2.0)
    """
    return _walk(expr)


def _walk(node: Any) -> Any:
    if node.is_Atom:
        return node
    args = [_walk(a) for a in node.args]
    rule = _RULES.get(node.func)
    if rule is not None:
        return rule(*args)
    return _spread(node.func(*args))


def _spread(node: Any) -> Any:
    """Gather the numbers of sums and products: 2 (x + 3) + 1 is 2 x + 7, (2 x) (3 y + 6) is 6 x (y + 2)."""
    if node.is_Mul:
        number, rest = node.as_coeff_Mul()
        if rest.is_Add:
            return sp.Add(*(number * t for t in rest.args)) if number != 1 else rest
        split = [_leading(f) if f.is_Add else (sp.Integer(1), f) for f in sp.Mul.make_args(rest)]
        return sp.Mul(number, *(k for k, _ in split), *(f for _, f in split))
    if node.is_Add:
        return sp.Add(*(_spread(t) for t in node.args))
    return node


def _exp(inner: Any) -> Any:
    """exp(S + k) = exp(k) exp(S), for a decimal k; exp(S log(2)) = 2^S."""
    number, rest = inner.as_coeff_Add()
    if number.is_Float and rest != 0 and abs(number) < 300:
        return sp.Float(math.exp(float(number))) * _exp(rest)
    power = base_of(inner)
    return sp.exp(inner) if power is None else power


def _log(inner: Any) -> Any:
    """log(k S) = log(k) + log(S)."""
    k, rest = _leading(inner)
    return sp.log(rest) if k == 1 else sp.Float(math.log(float(k))) + sp.log(rest)


def _power(base: Any, exponent: Any) -> Any:
    """(k S)^n = k^n S^n."""
    if not exponent.is_Number or not base.free_symbols:
        return sp.Pow(base, exponent)
    if base.is_Pow and base.exp.is_Number and not (exponent.is_Integer or base.base.is_positive):
        return sp.Pow(base, exponent)
    k, rest = _leading(base)
    if k == 1:
        return sp.Pow(base, exponent)
    with np.errstate(all="ignore"):
        factor = float(k) ** float(exponent)
    return sp.Float(factor) * sp.Pow(rest, exponent) if 0 < factor < math.inf else sp.Pow(base, exponent)


def _leading(node: Any) -> tuple[Any, Any]:
    """Split off the size of a decimal factor, or of the constant or first coefficient of a sum."""
    number, rest = node.as_coeff_Mul()
    if number.is_Float and rest != 1:
        return abs(number), rest if number > 0 else -rest
    if node.is_Add:
        coefficients = [t.as_coeff_Mul()[0] for t in sorted(node.args, key=_first)]
        k = next((abs(c) for c in coefficients if c.is_Float and c != 0), None)
        if k is not None and all(c.is_Float for c in coefficients):
            return k, sp.Add(*(_divided(t, k) for t in node.args))
    return sp.Integer(1), node


def _first(term: Any) -> tuple[bool, str]:
    """Order the terms of a sum: those with columns first, then the constant."""
    return not term.free_symbols, str(term.as_coeff_Mul()[1])


def _divided(term: Any, k: Any) -> Any:
    """term / k, with a coefficient of exactly +-1 where that is what is left."""
    number, rest = term.as_coeff_Mul()
    return (sp.sign(number) if abs(number) == k else number / k) * rest


def _sine(function: Any) -> Callable[[Any], Any]:
    """sin and cos: a positive first coefficient and a phase between -pi/2 and pi/2."""

    def rule(inner: Any) -> Any:
        phase, rest = inner.as_coeff_Add()
        sign = 1
        if rest.could_extract_minus_sign():
            rest, phase = -rest, -phase
            sign = -1 if function is sp.sin else 1
        if phase.is_Float:
            turns = round(float(phase) / math.pi)
            phase, sign = phase - sp.Float(turns * math.pi), sign * (-1) ** turns
        return sign * function(rest + phase)

    return rule


def _tanh(inner: Any) -> Any:
    """tanh(log(S)) = (S^2 - 1) / (S^2 + 1); else as for any odd function."""
    terms = sp.Add.make_args(inner)
    if not inner.has(sp.log) or not all(t.is_number or isinstance(t.as_coeff_Mul()[1], sp.log) for t in terms):
        return _odd(sp.tanh)(inner)
    square = _walk(sp.Mul(*(_exp(2 * t) for t in terms)))
    return (square - 1) / (square + 1)


def _odd(function: Any) -> Callable[[Any], Any]:
    """Odd functions: the sign of the first coefficient comes out."""
    return lambda inner: -function(-inner) if inner.could_extract_minus_sign() else function(inner)


def _size(inner: Any) -> Any:
    """|k S| = k |S|."""
    k, rest = _leading(inner)
    return k * sp.Abs(rest)


def _step(inner: Any) -> Any:
    """A step does not know how steep its argument is."""
    return step(_leading(inner)[1])


def _hinge(function: Any) -> Callable[..., Any]:
    """max(k S, 0) = k max(S, 0); more arguments stay as they are."""

    def rule(*inner: Any) -> Any:
        others = [a for a in inner if a != 0]
        if len(inner) != 2 or len(others) != 1:
            return function(*inner)
        k, rest = _leading(others[0])
        return k * function(rest, 0)

    return rule


_RULES: dict[Any, Callable[..., Any]] = {
    sp.exp: _exp,
    sp.log: _log,
    sp.Pow: _power,
    sp.sin: _sine(sp.sin),
    sp.cos: _sine(sp.cos),
    sp.tanh: _tanh,
    sp.Abs: _size,
    step: _step,
    **{f: _hinge(f) for f in (Max, Min)},
    **{f: _odd(f) for f in (sp.tan, sp.sinh, sp.asin, sp.atan, sp.asinh, sp.atanh, sp.erf)},
}


_REWRITINGS: tuple[Callable[[Any], Any], ...] = (
    sp.expand_mul,
    sp.expand,
    sp.powsimp,
    sp.factor_terms,
    sp.together,
    rooted,
    one_root,
    into_root,
    lambda e: into_root(e, columns=True),
    from_one,
    lambda e: sp.factor_terms(sp.expand_mul(rooted(e))),
    lambda e: sp.factor_terms(sp.powsimp(sp.expand_mul(e))),
    lambda e: sp.expand(e, power_base=True, power_exp=True, mul=True, log=True),
    lambda e: e.replace(sp.tanh, lambda u: sp.expand_trig(sp.tanh(u))),
    lambda e: sp.together(e.replace(sp.tanh, lambda u: sp.expand_trig(sp.tanh(u)))),
    lambda e: sp.cancel(e) if _is_rational(e) else e,
    lambda e: sp.factor(e) if _is_rational(e) else e,
    lambda e: sp.powsimp(sp.expand_power_exp(e)),
    lambda e: sp.logcombine(e, force=True),
    lambda e: sp.powdenest(e, force=True),
    lambda e: sp.powsimp(sp.powdenest(sp.expand_log(e, force=True), force=True), force=True),
)


def _is_rational(expr: Any) -> bool:
    """Whether an expression is a small quotient of polynomials with exact coefficients: sympy reduces these quickly."""
    return not expr.atoms(sp.Float) and expr.count_ops() < _POLYNOMIAL and expr.is_rational_function()


def shortest(expr: sp.Expr, probe: dict[str, Any]) -> sp.Expr:
    """Give the form of an expression with the fewest printed nodes among cheap rewritings, applied twice.

    `probe` holds a few rows of each column: a form that does not have the same values there is no candidate.
    """
    best = expr
    for _ in range(2):
        if best.count_ops() > _TERMS:
            return best
        forms = [best, *(f for f in (_tried(r, best) for r in _REWRITINGS) if f is not None)]
        forms = [f for f in dict.fromkeys(forms) if f is best or _same(f, expr, probe)]
        shorter = min(forms, key=_bits)
        if shorter == best:
            return best
        best = shorter
    return best


def _bits(expr: Any) -> tuple[float, int]:
    """Length of the printed form in bits; inverse and hyperbolic functions count as the words that they replace.

    sqrt(1/a^2 - 1/b^2) counts as what people write in its place.
    """
    unusual = sum(expr.count(f) for f in _UNUSUAL)
    bits = description_length(expr, rows=1, mse=1.0, variance=1.0) + 4 * unusual + 2 * reciprocals(expr)
    return bits, complexity(expr)


def _tried(rewriting: Callable[[Any], Any], expr: Any) -> Any:
    try:
        return clean(rewriting(expr))
    except (ValueError, TypeError, AttributeError, NotImplementedError, RecursionError, sp.PolynomialError):
        return None  # sympy could not rewrite this one: the form as it is stays


def _same(form: Any, expr: Any, probe: dict[str, Any]) -> bool:
    try:
        a, b = evaluate(form, probe), evaluate(expr, probe)
        complexity(form)
    except FormulaError:
        return False
    with np.errstate(all="ignore"):
        close = np.abs(a - b) <= _TOLERANCE * (np.abs(b) + 1e-12 * np.max(np.abs(b), where=~np.isnan(b), initial=0.0))
    return bool((close | (np.isnan(b) & np.isnan(a))).all())
