"""Tests of kansr.formula."""
