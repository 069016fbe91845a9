"""Tests of kansr.export."""
