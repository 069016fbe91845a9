"""`--memory` is the limit of the process, and what does not fit is one sentence."""

import subprocess
import sys

import pytest

from kansr.cli.lack import lack
from tests.cli.conftest import environment


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is the system's own")
def test_a_process_cannot_take_more_than_its_limit():
    code = (
        "import resource, sys; from kansr.cli.main import run\n"
        "run(['extend', 'nowhere', '--grid', '9', '--memory', '600M'])\n"
        "try: bytearray(700 << 20)\n"
        "except MemoryError: print('refused')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True, timeout=200
    )
    assert answer.stdout == "refused\n"


@pytest.mark.parametrize("size", ["4", "G", "-1G", "12 parsecs", "3K", "100M"])
def test_what_is_no_size_is_refused(here, size):
    answer = here("fit", "data.csv", "--memory", size)
    assert answer.returncode == 2
    assert "--memory" in answer.stderr


def test_every_library_says_otherwise_that_memory_is_short_and_kansr_says_one_sentence():
    errors = (MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory"), RuntimeError("std::bad_alloc"))
    assert all("more memory" in str(lack(error)) for error in errors)
    assert lack(RuntimeError("something else")) is None
