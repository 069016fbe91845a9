"""Threads of a fit: one, unless the user says otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

from kansr.tensors import torch

_SAID = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let linear algebra work in one thread for the length of a `with` block, unless `OMP_NUM_THREADS` or so says more.

    Networks and tables of forms are small: more threads mostly wait for each other. Beside another busy process two
    threads took ten times as long as one for networks, and six times for relations (measured). A torch that is loaded
    meanwhile goes by the environment; it has all cores again at the end.
    """
    if any(name in os.environ for name in _SAID):
        yield
        return
    before = torch.get_num_threads() if "torch" in sys.modules else os.cpu_count() or 1
    with threadpool_limits(limits=1):
        _use(1)
        os.environ[_SAID[0]] = "1"
        try:
            yield
        finally:
            del os.environ[_SAID[0]]
            _use(before)


def _use(threads: int) -> None:
    if "torch" in sys.modules:
        torch.set_num_threads(threads)
