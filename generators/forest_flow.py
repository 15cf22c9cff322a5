"""Flow matching with gradient-boosted trees (ForestDiffusion)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import BenchError, Budget, GeneratorInfo

from .wrappers.array_library import Library, at_least

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import ProgressCallback


@dataclass(kw_only=True, eq=False)
class ForestFlow(Library):
    """Flow matching whose velocity is one XGBoost model per time (ForestDiffusion).

    The library's own defaults are 50 times and 100 copies; 25 and 10 cost a twentieth. Nothing else differs from them
    and nothing was tuned. Installing it brings catboost and lightgbm too, which are not used.

    Attributes:
        times: from noise to data, each with a model; from 2. Also the Euler steps of a draw. The paper's n_t.
        copies: of train that are noised, each anew; the paper's K.
        trees: per column and time.
        depth: of a tree, at most.
        learning_rate: of boosting; above 0, up to 1.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over ForestDiffusion, MIT)",
        paper="Jolicoeur-Martineau et al. (2024), Generating and Imputing Tabular Data via Diffusion and Flow-based "
        "Gradient-Boosted Trees",
        packages=("ForestDiffusion", "xgboost", "scikit-learn", "numpy"),
        install="pip install 'tabgen-bench[forest]'",
        budgets={"quick": Budget({"times": 10, "copies": 5}, 15), "standard": Budget({}, 150)},
    )

    times: int = 25
    copies: int = 10
    trees: int = 100
    depth: int = 7
    learning_rate: float = 0.3
    _callback: ProgressCallback | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises `BenchError` for values that no table could be fitted with."""
        at_least(2, times=self.times)
        at_least(1, copies=self.copies, trees=self.trees, depth=self.depth)
        if not 0 < self.learning_rate <= 1:
            raise BenchError(f"got learning_rate {self.learning_rate}; expected above 0, up to 1")

    def on_progress(self, callback: ProgressCallback) -> None:
        """Asks for (times done, times) during the next fit."""
        self._callback = callback

    def _train(self, values: NDArray[Any], seed: int) -> Any:  # noqa: ANN401 - a ForestDiffusion model
        from .wrappers.forest_diffusion import train

        return train(
            values,
            self._callback,
            n_t=self.times,
            duplicate_K=self.copies,
            n_estimators=self.trees,
            max_depth=self.depth,
            eta=self.learning_rate,
            seed=seed,
        )

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[Any]:  # noqa: ANN401 - a ForestDiffusion model
        drawn: NDArray[Any] = model.generate(batch_size=n)
        return drawn
