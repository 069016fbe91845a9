"""What the system has too little of: one sentence for each, whatever library met it."""

from __future__ import annotations

import errno

from kansr.errors import UsageError

_MEMORY = "this needs more memory than there is"
_MEMORY_HINT = (
    "a higher --memory, fewer rows, or a smaller training.block in the recipe; kansr resume goes on from what is kept"
)
_MEMORY_WORDS = (
    "bad_alloc", "can't allocate memory", "cannot allocate memory", "failed to map segment", "can't start new thread",
)  # fmt: skip

_SPACE = "free some, or choose another place with -o; temporary files go where TMPDIR says"
_FILES = "ulimit -n 256 allows more; fewer --workers need fewer"

_LACKS = {
    errno.ENOMEM: (_MEMORY, _MEMORY_HINT),
    errno.EAGAIN: ("this needs more processes or threads than are allowed", "ulimit -u says how many; fewer --workers"),
    errno.ENOSPC: ("there is no space left on the disk", _SPACE),
    errno.EDQUOT: ("there is no space left to you on the disk", _SPACE),
    errno.EFBIG: ("a file would become larger than is allowed", "ulimit -f says how large they may be"),
    errno.EMFILE: ("this needs more open files than are allowed", _FILES),
    errno.ENFILE: ("the system has too many open files", _FILES),
    errno.EROFS: ("nothing can be written there", "choose another place with -o"),
    errno.EIO: ("the disk fails to read or to write", None),
}


def lack(error: BaseException) -> UsageError | None:
    """Give the sentence for an error that says what the system is short of or refuses; None for others.

    >>> print(lack(OSError(errno.EMFILE, "Too many open files")))
    this needs more open files than are allowed
      ulimit -n 256 allows more; fewer --workers need fewer
    >>> lack(ValueError("no")) is None
    True
    """
    words = str(error).lower()
    if isinstance(error, MemoryError) or any(word in words for word in _MEMORY_WORDS):
        return UsageError(_MEMORY, hint=_MEMORY_HINT)
    if not isinstance(error, OSError):
        return None
    where = None if error.filename is None else str(error.filename)
    what, hint = _LACKS.get(error.errno or 0, (f"the system refuses this: {error.strerror or error}", None))
    return UsageError(what, where=where, hint=hint)
