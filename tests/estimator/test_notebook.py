import numpy as np
import pandas as pd
import pytest
from sklearn import config_context

from tests.estimator.small import small

ODD = "<b>&amp"


@pytest.fixture(scope="module")
def fitted():
    x = pd.DataFrame(np.random.default_rng(0).uniform(1, 2, (30, 1)), columns=["<i>width"])
    return small().fit(x, pd.Series(3 * x.iloc[:, 0], name=ODD))


def test_a_notebook_shows_the_formula_typeset_and_plain_and_the_front(fitted):
    page = fitted._repr_mimebundle_()["text/html"]
    assert f"= {fitted.formula_}</code>" in page
    assert "<p>$" in page
    assert page.count("<tr>") >= 1 + len(fitted.front_)
    assert page.startswith('<div class="kansr">')
    assert fitted._repr_html_().startswith('<div class="kansr">')


def test_names_of_columns_are_shown_and_not_obeyed(fitted):
    page = fitted._repr_mimebundle_()["text/html"].partition("</div>")[0]
    assert ODD not in page and "&lt;b&gt;&amp;amp" in page
    assert "<i>" not in page


def test_before_a_fit_there_is_what_scikit_learn_shows():
    assert 'class="kansr"' not in small()._repr_mimebundle_()["text/html"]


def test_text_only_stays_text_only(fitted):
    with config_context(display="text"):
        assert set(fitted._repr_mimebundle_()) == {"text/plain"}
        assert not hasattr(fitted, "_repr_html_")
