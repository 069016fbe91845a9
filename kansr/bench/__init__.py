"""Engines over collections of laws, and how they are scored.

| file        | holds                                                                    |
|-------------|--------------------------------------------------------------------------|
| `case`      | what is to be done: one engine, one law, one noise level, one seed       |
| `attempt`   | how a case is done: draw the table, fit, score                           |
| `score`     | how near an answer comes to the law                                      |
| `run`       | all cases, those of an earlier run left out                              |
| `results`   | the file of results: one line of JSON each                               |
| `summary`   | the table by noise and engine                                            |
| `srbench`   | the two files that SRBench asks a method for                             |
"""
