"""Threads of a fit: one, unless the user says otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_SAID = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch work in one thread for the length of a `with` block, if no `OMP_NUM_THREADS` or the like says more.

    Networks are small: more threads mostly wait for each other. Beside another busy process two threads took ten times
    as long as one (measured), and a fit of two seconds ran into its time limit.
    """
    before = torch.get_num_threads()
    if any(name in os.environ for name in _SAID) or before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
