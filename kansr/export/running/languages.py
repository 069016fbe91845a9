"""The programs around exported text, one row a language. Each reads rows and prints a value a line, all digits."""

from __future__ import annotations

from collections.abc import Callable

from kansr.export.fortran import folded
from kansr.export.running.program import Job, Program


def _arguments(job: Job, pattern: str, first: int = 1) -> str:
    """Write the arguments of a call; what stands in front of a row is its number."""
    return ", ".join(pattern.format(i + first) for i in range(job.count))


def _c(job: Job) -> str:
    return f"""#include <stdio.h>
{job.text}
int main(void)
{{
    double row[{job.count + 1}];
    for (;;) {{
        for (int i = 0; i <= {job.count}; i++)
            if (scanf("%lf", row + i) != 1) return 0;
        printf("%.17g\\n", target({_arguments(job, "row[{}]")}));
    }}
}}
"""


def _fortran(job: Job) -> str:
    call = "\n".join(folded(f"        write (*, '(es25.16e3)') target({_arguments(job, 'row({})')})"))
    return f"""{job.text}
program main
    use formula, only: target
    implicit none
    double precision :: row(0:{job.count})
    integer :: status
    do
        read (*, *, iostat=status) row
        if (status /= 0) exit
{call}
    end do
end program
"""


def _rust(job: Job) -> str:
    return f"""{job.text}
fn main() {{
    let mut text = String::new();
    std::io::Read::read_to_string(&mut std::io::stdin(), &mut text).unwrap();
    for line in text.lines() {{
        let _row: Vec<f64> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
        println!("{{:e}}", target({_arguments(job, "_row[{}]")}));
    }}
}}
"""


def _javascript(job: Job) -> str:
    return f"""import {{ readFileSync }} from "node:fs";
{job.text}
for (const line of readFileSync(0, "utf8").trim().split("\\n")) {{
  const row = line.split(" ").map(Number);
  console.log(target({_arguments(job, "row[{}]")}));
}}
"""


def _julia(job: Job) -> str:
    return f"""{job.text}
for line in eachline(stdin)
    row = parse.(Float64, split(line))
    println(Float64(target({_arguments(job, "row[{}]", 2)})))
end
"""


def _r(job: Job) -> str:
    return f"""{job.text}
rows <- matrix(scan(file("stdin"), quiet = TRUE), ncol = {job.count + 1}, byrow = TRUE)
cat(sprintf("%.17g", 0 * rows[, 1] + target({_arguments(job, "rows[, {}]", 2)})), sep = "\\n")
"""


def _octave(job: Job) -> str:
    return f"""rows = reshape(fscanf(stdin, "%f"), {job.count + 1}, [])';
printf("%.17g\\n", 0 * rows(:, 1) + target({_arguments(job, "rows(:, {})", 2)}));
"""


def _one(name: str, program: Callable[[Job], str]) -> Callable[[Job], dict[str, str]]:
    """Give the one file of a program."""
    return lambda job: {name: program(job)}


C = Program(
    language="C",
    tools=("gcc", "cc", "clang"),
    files=_one("main.c", _c),
    steps=(("{tool}", "-o", "main", "main.c", "-lm"), ("{folder}/main",)),
)
CPP = Program(
    language="C++",
    tools=("g++", "c++", "clang++"),
    files=_one("main.cpp", _c),
    steps=(("{tool}", "-o", "main", "main.cpp"), ("{folder}/main",)),
)
FORTRAN = Program(
    language="Fortran",
    tools=("gfortran", "flang", "ifx"),
    files=_one("main.f90", _fortran),
    steps=(("{tool}", "-o", "main", "main.f90"), ("{folder}/main",)),
)
RUST = Program(
    language="Rust",
    tools=("rustc",),
    files=_one("main.rs", _rust),
    steps=(("{tool}", "-o", "main", "main.rs"), ("{folder}/main",)),
)
JAVASCRIPT = Program(
    language="JavaScript",
    tools=("node",),
    files=_one("main.mjs", _javascript),
    steps=(("{tool}", "main.mjs"),),
)
JULIA = Program(
    language="Julia",
    tools=("julia",),
    files=_one("main.jl", _julia),
    steps=(("{tool}", "--startup-file=no", "main.jl"),),
)
R = Program(
    language="R",
    tools=("Rscript",),
    files=_one("main.R", _r),
    steps=(("{tool}", "--vanilla", "main.R"),),
)
MATLAB = Program(
    language="MATLAB",
    tools=("octave-cli", "octave"),
    files=lambda job: {"target.m": job.text, "main.m": _octave(job)},
    steps=(("{tool}", "--norc", "--no-history", "--quiet", "main.m"),),
)
