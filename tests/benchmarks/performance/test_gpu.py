"""The benchmark of a GPU measures, agrees with itself, and says where there is nothing to measure."""

import argparse

import pytest
import torch

from tests.benchmarks.performance import gpu

ARGS = argparse.Namespace(only=None, json=None)


def test_a_device_is_measured_beside_the_processor_and_agrees():
    result = gpu.measured(gpu.tiny(gpu.SIZES[1]), "cpu")
    assert result["apart"] == 0.0
    assert result["processor"] > 0 < result["device"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_without_a_gpu_it_is_said_and_nothing_is_measured(capsys):
    gpu.run(ARGS)
    assert capsys.readouterr().out.startswith("skipped: torch sees no GPU here")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")
def test_a_gpu_gives_the_same_losses():
    assert gpu.measured(gpu.tiny(gpu.SIZES[1]), "cuda")["apart"] < 1e-8
