"""Figures and pages, drawn from plain numbers: nothing here knows what made them."""
