"""What the files of a run may hold: one schema each, checked in one place before anything else sees a value.

A run folder may come from anyone. `read` gives the values of a file only where each is of its kind, finite and of a
size that a run can have; otherwise it raises one sentence that names the file and the key. What the schemas do not
know is left out. pydantic is loaded when the first file is read, and not before.
"""

from kansr.record.reader import DamagedError, parsed, read, read_lines

__all__ = ["DamagedError", "parsed", "read", "read_lines"]
