"""The estimator: `fit` searches for a formula, `predict` computes it.

What a fit leaves is plain data: texts, numbers, lists. So a fitted estimator can be pickled and copied like any other,
and predicting loads neither torch nor the network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from kansr.estimator.notebook import FRONT, front, page
from kansr.estimator.refused import refusals
from kansr.result import Result
from kansr.table.frame import frame_of
from kansr.table.names import numbered, tidy
from kansr.table.split import LEAST_ROWS

if TYPE_CHECKING:
    import sympy

    from kansr.recipe import Recipe
    from kansr.table.frame import DataFrame

Array = NDArray[np.float64]


def target_names(y: Any) -> list[str] | None:
    """Give the names of the targets, where they are a series or a data frame with names."""
    names = y.columns if hasattr(y, "columns") else [getattr(y, "name", None)]
    return [str(name) for name in names] if all(isinstance(name, str) and name.strip() for name in names) else None


class KANSymbolicRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Find the formula behind a table with Kolmogorov-Arnold networks: the engine of `kansr fit`.

    The same rows and the same seed give the same formula as the command line, as long as the time limit ends neither.
    Rows with weights, or that occur twice, are taken once each, with the weight of all their copies: a copy of a row
    that trains must not judge.
    The method is that of Liu et al., *KAN: Kolmogorov-Arnold Networks* (2024), arXiv:2404.19756.

    Parameters
    ----------
    max_time
        Seconds for the whole fit; the best formula so far is kept. Several targets share it. `inf` is no limit, None
        is what the recipe says.
    random_state
        The number that decides every draw; a NumPy generator; or None for another one in each fit.
    recipe
        All other settings: `instant`, `quick`, `default`, `thorough`, a file, or a `kansr.recipe.Recipe`.
    select
        Which formula of the front is taken: `best` (the shortest description of the rows), `accuracy` (the lowest
        validation error), `simple` (the smallest within twice that); None is what the recipe says.
    width
        Nodes of each layer, inputs and output among them, such as (2, 5, 1). None: the data decide.
    grid
        Grid intervals of each stage, such as (3, 5, 10, 20). None: what the recipe says.
    functions
        Names of the functions that may be used, such as ("sin", "exp"). None: what the recipe says.
    constants
        Named constants that may be in the formula, such as {"g": 9.81}. None: what the recipe says.
    units
        Units of columns, such as {"v": "m/s"}, before those of names such as `v [m/s]`. None: what the recipe says.
    device
        Where tensors live, such as `cuda`. None: what the recipe says.
    verbose
        Whether each step is printed.

    Attributes
    ----------
    formula_
        The formula as text, which plain sympy reads; a list of texts where y has two dimensions.
    front_
        Data frame of the formulas that no other beats in both complexity and error, simplest first.
    results_
        A `kansr.result.Result` for each target: verdict, errors of the constants, rivals, warnings, network.
    records_
        The same as JSON values.
    n_features_in_, feature_names_in_
        As in scikit-learn: the columns that were seen, and their names where they had any.

    Examples
    --------
    >>> x = np.random.default_rng(0).uniform(1, 3, (200, 2))
    >>> regressor = KANSymbolicRegressor(max_time=30).fit(x, x[:, 0] * x[:, 1] ** 2)
    >>> regressor.formula_
    'x1*x2**2'
    >>> regressor.predict([[2.0, 3.0]])
    array([18.])
    """

    def __init__(  # noqa: PLR0913  (scikit-learn wants each parameter by its name)
        self,
        max_time: float | None = 120.0,
        random_state: Any = 0,
        recipe: str | Recipe = "default",
        *,
        select: Literal["best", "accuracy", "simple"] | None = "best",
        width: Sequence[int] | None = None,
        grid: Sequence[int] | None = None,
        functions: Sequence[str] | None = None,
        constants: Mapping[str, float] | None = None,
        units: Mapping[str, str] | None = None,
        device: str | None = None,
        verbose: bool = False,
    ) -> None:
        self.max_time = max_time
        self.random_state = random_state
        self.recipe = recipe
        self.select = select
        self.width = width
        self.grid = grid
        self.functions = functions
        self.constants = constants
        self.units = units
        self.device = device
        self.verbose = verbose

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> KANSymbolicRegressor:
        """Search for the formula of each target.

        Parameters
        ----------
        X, y
            Features [n, features] and targets [n] or [n, targets]: arrays, or data frames, whose names are used.
        sample_weight
            What each row counts [n]: 2 is the row twice, 0 is not there; only ratios matter.

        Raises
        ------
        ValueError
            If rows or parameters cannot be used: fewer than 5 rows, a value that is missing, no column that varies.
        """
        from kansr.estimator.search import formulas  # loads torch: for fits only  # noqa: PLC0415

        targets = target_names(y)
        X, y = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, ensure_min_samples=LEAST_ROWS
        )
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        with refusals():
            columns, _ = tidy(self._names())
            results = formulas(
                X, y, sample_weight, columns=columns, targets=targets, parameters=self.get_params(deep=False)
            )
        self._columns = list(columns)
        self.records_ = [result.to_record() for result in results]
        texts = [result.formula.text for result in results]
        self.formula_ = texts if y.ndim == 2 else texts[0]
        return self

    def _names(self) -> list[str]:
        """Give the names of the columns, x1, x2, ... where they have none."""
        return [str(name) for name in getattr(self, "feature_names_in_", numbered(self.n_features_in_ + 1)[:-1])]

    def predict(self, X: Any) -> Array:
        """Compute the formula at rows X [n, features]: [n], or [n, targets] where y had two dimensions.

        A row outside the domain of the formula, such as the logarithm of a negative number, has no value: it is nan.
        """
        from kansr.formula.formula import predict  # loads sympy  # noqa: PLC0415

        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        columns = dict(zip(self._columns, X.T, strict=True))
        values = [predict(result.formula, columns) for result in self.results_]
        return np.column_stack(values) if isinstance(self.formula_, list) else values[0]

    def sympy(self, i: int = 0) -> sympy.Expr:
        """Give the formula of target i as a sympy expression in real symbols."""
        return self.results_[i].formula.expression

    def latex(self, i: int = 0) -> str:
        """Give the formula of target i in LaTeX, its numbers rounded to six digits."""
        return self.results_[i].formula.latex

    @property
    def results_(self) -> list[Result]:
        """What was found for each target."""
        check_is_fitted(self)
        return [Result.from_record(record) for record in self.records_]

    @property
    def front_(self) -> DataFrame:
        """Formulas that no other beats in both complexity and error; with several targets, which one each is for."""
        rows = [row for result in self.results_ for row in front(result)]
        return frame_of(rows, ("target", *FRONT) if isinstance(self.formula_, list) else FRONT)

    def __sklearn_tags__(self) -> Any:
        """Say what the estimator can do: several targets at once."""
        tags = super().__sklearn_tags__()
        tags.target_tags.single_output = True
        tags.target_tags.multi_output = True
        return tags

    @property
    def _repr_html_(self) -> Callable[[], str]:
        """Show the formula and its front in a notebook, once there is one, above what scikit-learn shows."""
        drawn = super()._repr_html_  # an AttributeError where scikit-learn is told to show text only
        return lambda: self._shown() + str(drawn())

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        bundle: dict[str, str] = super()._repr_mimebundle_(**kwargs)
        if "text/html" in bundle:
            bundle["text/html"] = self._shown() + bundle["text/html"]
        return bundle

    def _shown(self) -> str:
        return page(self.results_) if hasattr(self, "records_") else ""
