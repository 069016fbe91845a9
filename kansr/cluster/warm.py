"""What the server of worker processes loads once, so that none of them has to: kansr, torch, sympy and SciPy.

One thread each comes first: libraries read these variables when they are loaded. Processes beside each other would only
wait for one another's threads, and every engine is measured on one core.
"""

# ruff: noqa: E402, F401

import os

for _threads in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_threads] = "1"

import scipy.optimize
import scipy.special
import torch

import kansr.pipeline.solve
import kansr.pipeline.stability

torch.set_num_threads(1)
