"""Run the examples of a page and write what they print into it: `python -m tests.docs.record .docs/pages/start.md`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.docs.pages import Example, examples, with_examples
from tests.docs.terminal import typed, working_in


def main() -> None:
    """Record the pages that are named."""
    for page in (Path(name).resolve() for name in sys.argv[1:]):
        text = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder, working_in(Path(folder)):
            found = [_recorded(example, Path(folder)) for example in examples(text)]
        page.write_text(with_examples(text, found), encoding="utf-8")


def _recorded(example: Example, folder: Path) -> Example:
    started = time.process_time()
    lines, code = typed(example.command, folder)
    print(f"{time.process_time() - started:5.1f} s  {code}  {example.command}", flush=True)
    return Example(example.command, tuple(lines))


if __name__ == "__main__":
    main()
