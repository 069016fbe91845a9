"""What keeps the pages true: their examples are run, and their reference is made from the code.

`python -m tests.docs.record PAGE` runs the examples of a page and writes what they print into it;
`python -m tests.docs.reference` writes the pages of the reference.
"""
