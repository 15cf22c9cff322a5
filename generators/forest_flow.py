"""Flow matching with gradient-boosted trees (ForestDiffusion)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from bench.api import COLUMN_KINDS, Budget, GeneratorInfo

from .shared.conditions import SamplesLevels
from .shared.generator_base import ProgressReporter
from .shared.option_checks import NumberRange, PositiveInt
from .wrappers.array_model import ArrayModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .shared.mixed_form import MixedTable


@dataclass(kw_only=True, eq=False)
class ForestFlow(SamplesLevels, ArrayModel, ProgressReporter):
    """Flow matching whose velocity is one XGBoost model per time (ForestDiffusion).

    The library's own defaults are 50 times and 100 copies; 25 and 10 cost a twentieth. All other defaults are the
    library's, and nothing was tuned. Categories become columns of 0 and 1, of which the largest is drawn. Installing it
    brings catboost and lightgbm too, which are not used.

    Attributes:
        times: from noise to data, each with a model, and the Euler steps of a draw; at least 2. The paper's n_t.
        copies: of train, each with its own noise; the paper's K.
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
        kinds=frozenset(COLUMN_KINDS),
    )

    times: Annotated[int, NumberRange(2)] = 25
    copies: PositiveInt = 10
    trees: PositiveInt = 100
    depth: PositiveInt = 7
    learning_rate: Annotated[float, NumberRange(above=0, high=1)] = 0.3

    def _train(self, values: NDArray[Any], seed: int) -> Any:  # noqa: ANN401 - a ForestDiffusion model
        from ForestDiffusion import ForestDiffusionModel

        report, times = self._report, self.times

        class ReportingForest(ForestDiffusionModel):  # type: ignore[misc]
            """The library's model, which has no callback of its own."""

            def train_iterator(self, *args: Any, **keywords: Any) -> Any:  # noqa: ANN401
                model = super().train_iterator(*args, **keywords)
                self.done = getattr(self, "done", 0) + 1
                report(self.done, times)
                return model

        # The library seeds numpy's global state with `seed` before each time, so that all times share their noise.
        return ReportingForest(
            values,
            n_t=times,
            duplicate_K=self.copies,
            n_estimators=self.trees,
            max_depth=self.depth,
            eta=self.learning_rate,
            seed=seed,
            diffusion_type="flow",
            n_jobs=1,
            nthread=1,
        )

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[Any]:  # noqa: ANN401 - a ForestDiffusion model
        drawn: NDArray[Any] = model.generate(batch_size=n)
        return drawn

    def _train_mixed(self, table: MixedTable, seed: int) -> Any:  # noqa: ANN401 - a ForestDiffusion model and sizes
        import numpy as np

        from .shared.mixed_form import one_hot

        # As the library's `cat_indexes`, whose names of columns clash in tables of more than ten.
        blocks = np.split(one_hot(table.codes, table.sizes), np.cumsum(table.sizes)[:-1], axis=1)
        values = np.hstack([table.numbers, *(block[:, 1:] for block in blocks if block.size)])
        return self._train(values, seed), table.sizes

    def _draw_mixed(self, model: Any, n: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:  # noqa: ANN401
        import numpy as np

        forest, sizes = model
        drawn = self._draw(forest, n, seed)
        first = drawn.shape[1] - sum(sizes) + len(sizes)
        codes = np.empty((n, len(sizes)), dtype=np.int64)
        ends = first + np.cumsum([size - 1 for size in sizes], dtype=int)
        for i, (end, size) in enumerate(zip(ends, sizes, strict=True)):
            # The first code has no column: it is drawn where no other has more than half.
            codes[:, i] = np.hstack([np.full((n, 1), 0.5), drawn[:, end - size + 1 : end]]).argmax(axis=1)
        return drawn[:, :first], codes
