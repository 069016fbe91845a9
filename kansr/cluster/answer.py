"""What a cluster answers: text, which the one who asked reads as data.

A worker does a task and gives JSON with the version of its kansr; it is never asked for an object.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

from kansr import __version__, errors
from kansr.cluster.process import SAME
from kansr.errors import ClusterError, KansrError


def task_of(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """Give what a worker is sent: workers do what they are told, so this may be a pickle; answers may not."""
    return pickle.dumps((function, args, kwargs))


def answered(task: bytes) -> str:
    """Do a task on a worker, and give its answer as text.

    >>> answered(task_of(divmod, (7, 2), {}))
    '{"kansr": "0.1.0", "value": [3, 1]}'
    """
    try:
        function, args, kwargs = pickle.loads(task)
        return json.dumps({"kansr": __version__, "value": function(*args, **kwargs)})
    except KansrError as error:
        told = [type(error).__name__, error.what, error.where, error.hint]
    except Exception as error:
        told = ["KansrError", f"{type(error).__name__}: {error}", None, None]
    return json.dumps({"kansr": __version__, "error": told})


def read(text: object) -> Any:
    """Give the value of an answer: what JSON can hold, with lists where there were tuples.

    Raises
    ------
    KansrError
        The error that the task raised.
    ClusterError
        If this is no answer, or one of another kansr.

    >>> read('{"kansr": "0.1.0", "value": [3, 1]}')
    [3, 1]
    """
    try:
        record = json.loads(text) if isinstance(text, str) else {}
        version = record["kansr"]
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise ClusterError("a worker gave no answer of kansr", hint=SAME) from error
    if version != __version__:
        raise ClusterError(f"a worker has kansr {version}, and this is {__version__}", hint=SAME)
    if record.get("error") is not None:
        raise _error(record["error"])
    return record.get("value")


def _error(told: object) -> KansrError:
    """Make the error that a worker told of: one of those that kansr has, with texts."""
    parts = told if isinstance(told, list) else [None, told]
    name, what, where, hint = [*parts, None, None, None, None][:4]
    kind = getattr(errors, name, KansrError) if isinstance(name, str) else KansrError
    kind = kind if isinstance(kind, type) and issubclass(kind, KansrError) else KansrError
    return kind(str(what), where=None if where is None else str(where), hint=None if hint is None else str(hint))
