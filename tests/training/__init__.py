"""Tests of kansr.training."""
