"""What once broke a reader, or kept it busy, ends in a value or in a sentence: files that fuzzing has found."""

from pathlib import Path

import pytest

from kansr.errors import KansrError
from tests.benchmarks.fuzz import TARGETS

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_an_input_that_broke_a_reader_breaks_it_no_more(path):
    try:
        TARGETS[path.name.split("-")[0]](path.read_bytes())
    except KansrError as error:
        assert str(error)


def test_the_corpus_is_small():
    assert CORPUS and sum(path.stat().st_size for path in CORPUS) < 200_000
