"""What kansr is measured against: other tools and plain networks, all fitted in the same way.

One file an engine. Each runs with the settings that its authors recommend, which its docstring states, and loads its
library only when it is asked to fit. `engine_named` is the one door.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from kansr.errors import UsageError

if TYPE_CHECKING:
    from kansr.peers.engine import Engine

ENGINES = {
    "kansr": "kansr.peers.kansr_",
    "pyoperon": "kansr.peers.pyoperon_",
    "gplearn": "kansr.peers.gplearn_",
    "pykan": "kansr.peers.pykan",
    "mlp": "kansr.peers.perceptron",
}
"""The engines by name, each with the file that holds it as `ENGINE`."""


def engine_named(name: str) -> Engine:
    """Find an engine by its name.

    Raises `UsageError` with the nearest name.

    >>> engine_named("mlp").needs
    ('torch', 'kansr.peers.mlp')
    """
    if name not in ENGINES:
        near = get_close_matches(name.lower(), ENGINES, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"engines: {', '.join(ENGINES)}"
        raise UsageError(f"there is no engine {name!r}", hint=hint)
    found: Engine = import_module(ENGINES[name]).ENGINE
    return found
