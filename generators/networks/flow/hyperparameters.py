"""Hyper-parameters of the flows. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bench.api import BenchError

from ...shared import option_checks

if TYPE_CHECKING:
    from .training_loop import Course


@dataclass(kw_only=True, eq=False)
class Options:
    """Hyper-parameters of every flow here.

    Attributes:
        width: of the hidden layers.
        blocks: residual blocks.
        scaler: `normal` scores (quantiles), `standard` scores or `robust` scores (median, quartiles).
        whiten: decorrelate the scores.
        steps: of the optimiser; the budget.
        batch: rows per step.
        lr: peak learning rate.
        weight_decay: of AdamW.
        ema: decay of the moving average of weights.
        others: rows besides the batch over which each wanted velocity is averaged; 0: each is of one row alone.
        late: how much training crowds towards the end of paths, from 1 (not at all).
        keep: the `last` weights, or the `best` by the rows watched.
        validation: share of train's rows watched, or from 1 on their number: whole blocks where rows are in time.
        precision: `float32`, or `bfloat16` products of matrices while training: faster on processors that have it, and
            other numbers than on those that do not.
        solver: of the differential equation that draws rows: `euler`, `midpoint` or `rk4` with `solver_steps` steps;
            `bogacki-shampine` or `dormand-prince` with steps that each row adapts to `tolerance`.
        solver_steps: of the solvers with fixed steps.
        tolerance: error of a step that adaptive solvers allow, in standard deviations.
        device: `cpu` or `cuda`.
    """

    width: int = 192
    blocks: int = 3
    scaler: Literal["normal", "standard", "robust"] = "normal"
    whiten: bool = True
    steps: int = 12_000
    batch: int = 256
    lr: float = 3e-3
    weight_decay: float = 0.0
    ema: float = 0.999
    others: int = 256
    late: float = 2.0
    keep: Literal["last", "best"] = "last"
    validation: float = 0.05
    precision: Literal["float32", "bfloat16"] = "float32"
    solver: Literal["euler", "midpoint", "rk4", "bogacki-shampine", "dormand-prince"] = "rk4"
    solver_steps: int = 10
    tolerance: float = 1e-3
    device: str = "cpu"

    def __post_init__(self) -> None:
        """Refuses values that no table could be fitted with.

        Raises:
            BenchError: naming the option, its value and its range.
        """
        option_checks.at_least(self, 1, ("width", "steps", "batch", "late", "solver_steps"))
        option_checks.at_least(self, 0, ("blocks", "others", "lr", "weight_decay"))
        for name in ("validation", "tolerance"):
            if not getattr(self, name) > 0:
                raise BenchError(f"got {name} {getattr(self, name)}; expected a number above 0")
        if not 0 <= self.ema < 1:
            raise BenchError(f"got ema {self.ema}; expected a decay from 0 to below 1")
        option_checks.choose(
            self,
            {
                "scaler": ("normal", "standard", "robust"),
                "keep": ("last", "best"),
                "precision": ("float32", "bfloat16"),
                "solver": ("euler", "midpoint", "rk4", "bogacki-shampine", "dormand-prince"),
            },
        )

    def _course(self) -> Course:
        from .training_loop import Course

        return Course(
            self.steps,
            self.batch,
            self.lr,
            self.weight_decay,
            self.ema,
            self.others,
            self.late,
            best=self.keep == "best",
            half=self.precision == "bfloat16",
        )
