"""Settings of every test run."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded: the tests run side by side, a core each

from hypothesis import settings

settings.register_profile("kansr", deadline=None)  # a machine may be slow, or busy with the other tests
settings.load_profile("kansr")
