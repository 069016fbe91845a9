"""Threads of a fit: one, unless the user says otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kansr.later import later

if TYPE_CHECKING:
    import torch
else:
    torch = later("torch")

_SAID = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch work in one thread for the length of a `with` block, if no `OMP_NUM_THREADS` or the like says more.

    Networks are small: more threads mostly wait for each other. Beside another busy process two threads took ten times
    as long as one (measured), and a fit of two seconds ran into its time limit.
    """
    if any(name in os.environ for name in _SAID):  # said before torch is loaded: it then goes by that
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
