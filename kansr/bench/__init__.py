"""Engines over collections of laws: how many come back, how exactly, in what time."""
