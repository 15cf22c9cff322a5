"""The models of utility in words, and the metric set of each: all that declaring metrics takes, so it loads nothing."""

from __future__ import annotations

from typing import NamedTuple

TREES = 300
FOREST = 100
LEAF = 5
STEPS = 2_000
WIDTH = 64
MOST_ROWS = 25_000


class DescribedModel(NamedTuple):
    """A model as a report describes it.

    Attributes:
        of_numbers: the model if the target is a number.
        of_classes: the model if the target has classes.
        core: whether its metrics belong to the core set.
    """

    of_numbers: str
    of_classes: str
    core: bool


_ROWS = f"of at most {MOST_ROWS:,} rows"
_BOOSTING = f"XGBoost ({TREES} trees, depth 6, learning rate 0.1)"
_NETWORK = f"a neural network (2 x {WIDTH}, about {STEPS:,} steps, all standardised; {_ROWS})"
DESCRIPTIONS = {
    "xgb": DescribedModel(_BOOSTING, _BOOSTING, core=True),
    "linear": DescribedModel(
        "linear regression on standardised columns", "logistic regression on standardised columns", core=True
    ),
    "rf": DescribedModel(
        f"a random forest ({FOREST} trees, a third of the columns per cut, leaves of {LEAF}; {_ROWS})",
        f"a random forest ({FOREST} trees, leaves of {LEAF}; {_ROWS})",
        core=False,
    ),
    "mlp": DescribedModel(_NETWORK, _NETWORK, core=False),
}
# Shares of train that remain when real rows are scarce, by prefix of the metric, and the models fitted to them.
SCARCE = {"scarce5": 0.05, "scarce20": 0.2}
SCARCE_MODELS = ("xgb", "linear")
