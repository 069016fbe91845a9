"""Errors of kansr in the classes that scikit-learn and its users expect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kansr.errors import KansrError, UsageError


class RefusedError(UsageError, ValueError):
    """Rows or parameters that the estimator cannot use; scikit-learn and its users expect a ValueError."""


class MissingError(UsageError, ImportError):
    """A library is not installed that only a part of kansr needs."""


@contextmanager
def refusals() -> Iterator[None]:
    """Turn every error that kansr raises on purpose into a `RefusedError` that says the same.

    >>> with refusals():
    ...     raise UsageError("no", hint="try yes")
    Traceback (most recent call last):
    kansr.estimator.refused.RefusedError: no
      try yes
    """
    try:
        yield
    except RefusedError:
        raise
    except KansrError as error:
        raise RefusedError(error.what, where=error.where, hint=error.hint) from error
