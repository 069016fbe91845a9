"""Exported text run on rows by what is on the machine: compilers, interpreters, LibreOffice, and SQLite.

| file           | runs                                                                     |
|----------------|--------------------------------------------------------------------------|
| `program.py`   | a program in a temporary folder, rows on its stdin, values on its stdout |
| `languages.py` | one row a language: its tools, and the program around the exported text  |
| `python.py`    | the same for Python and its libraries                                    |
| `inside.py`    | JSON and SQL, in this process                                            |
| `sheet.py`     | a sheet of Excel in LibreOffice                                          |

What runs is the text that kansr has just written. Nothing from a run folder does: formulas come through the closed
parser (`kansr.formula.parse`), and names of columns are data (see `kansr.export.quoting`).
"""
