"""kansr: give it a table, get back the formula. Symbolic regression with Kolmogorov-Arnold Networks."""

__version__ = "0.1.0"
