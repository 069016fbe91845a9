"""Figures, one a file: each has `draw(record) -> Figure`, from the record of an experiment alone."""
