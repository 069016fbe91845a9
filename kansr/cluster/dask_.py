"""The door to a Dask cluster: its workers as an executor, like any other.

Dask gives a task whose worker is gone to another worker, and its own settings (`~/.config/dask`, `DASK_...`) hold for
certificates, time-outs and all the rest. What tasks take and give travels through the scheduler.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kansr import __version__
from kansr.errors import UsageError

_HINT = "start one with: dask scheduler, and on each machine: dask worker tcp://SCHEDULER:8786"
_SECONDS = "10s"  # for the scheduler to answer


@contextmanager
def connected(cluster: str) -> Iterator[Executor]:
    """Give the workers of a cluster as an executor for the length of a `with` block.

    Raises
    ------
    UsageError
        If Dask is not installed, the scheduler does not answer, or has no workers that have this version of kansr.
    """
    try:
        from distributed import Client  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise UsageError("a cluster needs Dask", hint="pip install 'kansr[cluster]'") from error
    try:
        client: Any = Client(**_scheduler(cluster), timeout=_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"the cluster does not answer: {error}", where=cluster, hint=_HINT) from error
    with client:
        _check(client, cluster)
        workers = client.get_executor(pure=False)
        workers.width = sum(client.nthreads().values())
        yield workers


def _scheduler(cluster: str) -> dict[str, Any]:
    """Tell a scheduler file from an address."""
    return {"scheduler_file": cluster} if Path(cluster).is_file() else {"address": cluster}


def _check(client: Any, cluster: str) -> None:
    """Refuse a cluster without workers, or with those that would do something else than this kansr."""
    try:
        versions = client.run(_version)
    except ImportError as error:
        raise UsageError("a worker has no kansr", where=cluster, hint="install the same version everywhere") from error
    if not versions:
        raise UsageError("the cluster has no workers", where=cluster, hint=_HINT)
    other = {address: version for address, version in versions.items() if version != __version__}
    if other:
        address, version = next(iter(other.items()))
        here = f"{len(other)} of {len(versions)} workers have another kansr: {version}, and this is {__version__}"
        raise UsageError(here, where=address, hint="install the same version everywhere")


def _version() -> str:
    return __version__
