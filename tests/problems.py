"""Laws drawn at random, to be found. Those with names are in `kansr.datasets`."""

from __future__ import annotations

import numpy as np

from kansr.datasets import Law

_UNARY = ("sin({})", "cos({})", "exp({})", "tanh({})", "({})**2", "sqrt(1 + ({})**2)", "arctan({})", "log(2 + ({})**2)")
_BINARY = ("({} + {})", "({} - {})", "({}*{})", "({}/(1.5 + {}**2))")
_BRANCHES = 0.25  # how often a column that was used is used again
_LARGEST = 1e9
_WILD = 50.0  # largest value, in units of the spread, that a law may reach


def random_laws(count: int, seed: int, inputs: tuple[int, int] = (2, 8)) -> list[Law]:
    """Draw laws: a random tree over all columns, functions of one column or node at random, ranges with both signs.

    Laws that a column hardly moves, or that are dominated by a few rows, are drawn again.
    """
    rng = np.random.default_rng(seed)
    laws: list[Law] = []
    while len(laws) < count:
        columns = inputs[0] + len(laws) % (inputs[1] - inputs[0] + 1)
        law = _drawn(f"random-{len(laws) + 1}", columns, rng)
        if _is_fair(law):
            laws.append(law)
    return laws


def _drawn(name: str, columns: int, rng: np.random.Generator) -> Law:
    names = [f"x{i + 1}" for i in range(columns)]
    parts = [*names, *(n for n in names if columns < 4 and rng.random() < _BRANCHES)]
    while len(parts) > 1:
        a, b = (parts.pop(int(rng.integers(len(parts)))) for _ in range(2))
        joined = str(rng.choice(_BINARY)).format(a, b)
        parts.append(str(rng.choice(_UNARY)).format(joined) if rng.random() < 0.4 else joined)
    ranges = [(-2.0, 2.0) if rng.random() < 0.5 else (0.5, 3.0) for _ in names]
    return Law(name=name, target="y", formula=parts[0], ranges=dict(zip(names, ranges, strict=True)))


def _is_fair(law: Law) -> bool:
    with np.errstate(over="ignore"):
        x, y = law.sample(2000, 1)
    if not np.isfinite(y).all() or np.abs(y).max() > _LARGEST or y.std() == 0:
        return False
    if np.abs(y - y.mean()).max() > _WILD * y.std():
        return False
    moved = []
    for i in range(x.shape[1]):
        other = x.copy()
        other[:, i] = np.random.default_rng(2).permutation(x[:, i])
        moved.append(float(np.std(law.values(other) - y)))
    return min(moved) > 0.03 * float(y.std())
