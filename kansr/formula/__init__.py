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
| `named`      | constants with a name, such as g                             |
| `weighing`   | what rows count; `chi2` what that says of a formula          |
| `form`       | what is left of a formula when its constants may be any      |
| `front`      | the formulas that no other beats; choosing one of them       |
"""
