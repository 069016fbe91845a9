"""Formulas: reading, printing, evaluating and judging expressions in the user's columns.

| room         | holds                                                        |
|--------------|--------------------------------------------------------------|
| `names`      | columns as symbols that plain sympy reads                    |
| `functions`  | the closed list of functions and constants                   |
| `parse`      | text -> expression; nothing is executed                      |
| `text`       | expression -> the printed tree and its one line of text      |
| `latex`      | expression -> LaTeX                                          |
| `evaluate`   | values on rows, and slopes by the constants                  |
| `complexity` | nodes of the printed tree; description length in bits        |
| `formula`    | `Formula`: text, symbols, complexity, errors                 |
| `front`      | the formulas that no other beats; choosing one of them       |
"""
