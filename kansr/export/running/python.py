"""Python and its libraries, each in a fresh interpreter that sees nothing of the user's folder or settings."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from kansr.export.running.program import Job, NotRun, Program
from kansr.formula.functions import Array

# `-I` leaves the folder of a program out of its path: it is put there again
_START = """import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).parent))
rows = [[float(word) for word in line.split()] for line in sys.stdin]
columns = list(zip(*rows))[1:]
"""

_MAINS = {
    "math": """from formula import target
values = [target(*row[1:]) for row in rows]
""",
    "numpy": """import numpy
from formula import target
values = numpy.broadcast_to(target(*map(numpy.array, columns)), len(rows))
""",
    "torch": """import torch
from formula import target
values = target(*(torch.tensor(column, dtype=torch.float64) for column in columns))
values = torch.as_tensor(values, dtype=torch.float64).expand(len(rows)).tolist()
""",
    "jax": """import jax
jax.config.update("jax_enable_x64", True)
from formula import target
values = target(*map(jax.numpy.array, columns))
values = jax.numpy.broadcast_to(values, len(rows)).tolist()
""",
    "sympy": """import numpy, sympy
from formula import formula
compute = sympy.lambdify([sympy.Symbol(name, real=True) for name in NAMES], formula, ["scipy", "numpy"])
values = numpy.broadcast_to(compute(*map(numpy.array, columns)), len(rows))
""",
}

_END = """print(*(repr(float(value)) for value in values), sep="\\n")
"""


class PythonLibrary:
    """Runs exported Python; `library` is what it computes by."""

    def __init__(self, library: str) -> None:
        self.library = library

    def __call__(self, job: Job) -> tuple[str, Array]:
        """Give the name of the library, and its values [n]. Raises as `Program` does."""
        if find_spec(self.library) is None:
            raise NotRun(f"{self.library} is not installed")
        program = Program(
            language="Python",
            tools=(sys.executable,),
            files=self.files,
            steps=(("{tool}", "-I", "-W", "ignore", "main.py"),),
        )
        _, values = program(job)
        return ("python" if self.library == "math" else self.library), values

    def files(self, job: Job) -> dict[str, str]:
        """Give the exported module, and the program that reads rows for it."""
        main = _MAINS[self.library].replace("NAMES", repr(list(job.formula.names)))
        return {"formula.py": f"{job.text}\n", "main.py": _START + main + _END}
