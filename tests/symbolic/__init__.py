"""Tests of kansr.symbolic."""
