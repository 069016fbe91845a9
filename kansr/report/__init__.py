"""Figures and pages, drawn from plain numbers."""
