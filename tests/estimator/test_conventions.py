"""Every check of scikit-learn passes, without an exemption."""

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from tests.estimator.small import small

SLOW = {  # more than two seconds each: 93 seconds of work in all
    "check_dtype_object",
    "check_estimators_dtypes",
    "check_regressor_data_not_an_array",
    "check_regressor_multioutput",
    "check_regressors_int",
    "check_regressors_train",
    "check_sample_weight_equivalence_on_dense_data",
}


def name_of(check):
    return getattr(check, "func", check).__name__


def checks():
    for i, (estimator, check) in enumerate(estimator_checks_generator(small())):
        marks = [pytest.mark.recovery] if name_of(check) in SLOW else []
        yield pytest.param(estimator, check, id=f"{i}-{name_of(check)}", marks=marks)


@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_the_conventions_of_scikit_learn_are_kept(estimator, check):
    check(estimator)


def test_each_slow_check_exists():
    assert {name_of(check) for _, check in estimator_checks_generator(small())} >= SLOW
