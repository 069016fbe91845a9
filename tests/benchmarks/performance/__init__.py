"""How fast kansr is, beside pykan and an MLP: see `python -m tests.benchmarks.performance --help`."""
