"""kansr for scikit-learn: a regressor that ends with a formula. The only room that knows scikit-learn."""

from kansr.estimator.refused import MissingError

try:
    import sklearn as _sklearn  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "sklearn":  # it is there, but damaged: its own words say more
        raise
    raise MissingError(
        "KANSymbolicRegressor needs scikit-learn, which is not installed", hint="pip install 'kansr[sklearn]'"
    ) from error

from kansr.estimator.regressor import KANSymbolicRegressor

__all__ = ["KANSymbolicRegressor"]
