"""Write the pages of the reference: `python -m tests.docs.reference`."""

from tests.docs.pages import PAGES
from tests.docs.reference import WRITERS

if __name__ == "__main__":
    for name, write in WRITERS.items():
        (PAGES / "reference" / name).write_text(write(), encoding="utf-8")
