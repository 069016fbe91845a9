"""Tests of kansr.network."""
