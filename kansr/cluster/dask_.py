"""The door to a Dask cluster: its workers as an executor, like any other.

Dask gives a task whose worker is gone to another worker, and its own settings (`~/.config/dask`, `DASK_...`) hold for
certificates, time-outs and all the rest. What tasks take and give travels through the scheduler. Nothing that comes
from there becomes an object: versions are asked for as text, answers are JSON, and pickles are refused (see `sealed`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kansr import __version__
from kansr.cluster.sealed import sealed
from kansr.cluster.workers import Workers
from kansr.errors import UsageError
from kansr.files import read_bytes

_HINT = "start one with: dask scheduler, and on each machine: dask worker tcp://SCHEDULER:8786"
_SECONDS = "10s"  # for the scheduler to answer
_FILE = 1 << 20  # bytes that a scheduler file may have
_CLOSE = 2.0  # seconds for a farewell, which one who is gone does not answer
_LOGGERS = ("distributed", "distributed.client", "distributed.protocol", "tornado.application", "asyncio")


@contextmanager
def connected(cluster: str) -> Iterator[Executor]:
    """Give the workers of a cluster as an executor for the length of a `with` block.

    Raises
    ------
    UsageError
        If Dask is not installed, the scheduler does not answer, or has no workers that have this version of kansr.
    """
    kind, address = _client(), _address(cluster)
    with sealed() as refused, _quiet():
        try:
            client: Any = kind(address, timeout=_SECONDS, set_as_default=False, direct_to_workers=False)
        except (OSError, ValueError, TypeError, RuntimeError, KeyError, AttributeError) as error:
            raise _unreachable(cluster, error, refused) from error
        try:
            _check(client, cluster, refused)
            with Workers(client, refused) as workers:
                yield workers
        finally:
            with suppress(Exception):  # nobody waits for it any more
                client.close(timeout=_CLOSE)


def _client() -> Any:
    """Give Dask's client, but one that makes no long farewell to a scheduler that it never reached."""
    try:
        from distributed import Client  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise UsageError("a cluster needs Dask", hint="pip install 'kansr[cluster]'") from error

    class Brief(Client):
        def __del__(self) -> None:
            with suppress(Exception):
                self.close(timeout=_CLOSE)  # type: ignore[no-untyped-call]

    return Brief


def _address(cluster: str) -> str:
    """Tell a scheduler file, which holds an address, from an address."""
    with suppress(OSError, ValueError):  # no path at all
        if not Path(cluster).exists():
            return cluster
    try:
        address = json.loads(read_bytes(Path(cluster), _FILE))["address"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        hint = "dask scheduler --scheduler-file FILE writes one"
        raise UsageError("this is no scheduler file of Dask", where=cluster, hint=hint) from error
    return str(address)


def _unreachable(cluster: str, error: Exception, refused: list[str]) -> UsageError:
    if refused:
        return _hostile(cluster, refused)
    return UsageError(f"the cluster does not answer: {_line(error)}", where=cluster, hint=_HINT)


def _hostile(cluster: str, refused: list[str]) -> UsageError:
    what = f"the cluster sent an object, {refused[0]}, where data belongs"
    return UsageError(what, where=cluster, hint="nothing of it was run; is this a scheduler of yours?")


def _check(client: Any, cluster: str, refused: list[str]) -> None:
    """Refuse a cluster without workers, or with those that would do something else than this kansr."""
    try:
        versions = _versions(client.get_versions(packages=["kansr"])["workers"])
    except Exception as error:  # whatever the other side made of it
        raise _unreachable(cluster, error, refused) from error
    if not versions:
        raise UsageError("the cluster has no workers", where=cluster, hint=_HINT)
    other = {address: version for address, version in versions.items() if version != __version__}
    if other:
        address, version = next(iter(other.items()))
        if version is None:
            raise UsageError("a worker has no kansr", where=address, hint="install the same version everywhere")
        here = f"{len(other)} of {len(versions)} workers have another kansr: {version}, and this is {__version__}"
        raise UsageError(here, where=address, hint="install the same version everywhere")


def _versions(workers: Mapping[str, Any]) -> dict[str, str | None]:
    """Read the version of kansr of each worker from what Dask tells of their packages."""
    found = {str(address): told["packages"].get("kansr") for address, told in workers.items()}
    return {address: None if version in {None, "MISSING"} else str(version) for address, version in found.items()}


def _line(error: Exception) -> str:
    """Give the first line of what an error says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask from writing its own account of an error, with a traceback, beside the sentence of kansr."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
