"""An adversarial random forest (arfpy)."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from bench.api import COLUMN_KINDS, Budget, GeneratorInfo

from .shared.conditions import SamplesLevels
from .shared.option_checks import NonNegativeInt, NumberRange, PositiveInt
from .wrappers.array_model import ArrayModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from .shared.mixed_form import MixedTable


@dataclass(kw_only=True, eq=False)
class ARF(SamplesLevels, ArrayModel):
    """Trees that tell train from their own draws until they cannot; truncated normals in their leaves (arfpy).

    Algorithm 1 of the paper grows the forest, FORDE fits the leaves, FORGE draws rows. Nothing was tuned: defaults are
    the library's.

    Attributes:
        trees: in the forest.
        leaf_rows: fewest train rows of a leaf; at least 2.
        tolerance: training ends when the out-of-bag accuracy is below 0.5 + this; 0 to 0.5.
        rounds: of drawing and classifying, at most.
        early_stop: end when a round's accuracy is higher than that of the round before.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over arfpy, MIT)",
        paper="Watson et al. (2023), Adversarial Random Forests for Density Estimation and Generative Modeling",
        packages=("arfpy", "scikit-learn", "scipy", "pandas", "numpy"),
        install="pip install 'tabgen-bench[arf]'",
        budgets={"quick": Budget({}, 7), "standard": Budget({}, 40)},
        kinds=frozenset(COLUMN_KINDS),
    )

    trees: PositiveInt = 30
    leaf_rows: Annotated[int, NumberRange(2)] = 5
    tolerance: Annotated[float, NumberRange(0, 0.5)] = 0.0
    rounds: NonNegativeInt = 10
    early_stop: bool = True

    def _train(self, values: NDArray[Any], seed: int) -> Any:  # noqa: ANN401 - an arfpy forest
        import pandas as pd

        return self._grow(pd.DataFrame(values))

    def _train_mixed(self, table: MixedTable, seed: int) -> Any:  # noqa: ANN401 - an arfpy forest
        import numpy as np
        import pandas as pd

        frame = pd.DataFrame(np.hstack([table.numbers, table.codes]))
        first = table.numbers.shape[1]
        kinds = {first + i: pd.CategoricalDtype(list(range(size))) for i, size in enumerate(table.sizes)}
        return self._grow(frame.astype(kinds))

    def _grow(self, frame: pd.DataFrame) -> Any:  # noqa: ANN401 - an arfpy forest
        """Returns a forest of a table whose columns are numbered, because arfpy adds `obs`, `tree` and `leaf`."""
        from arfpy import arf

        with in1d():
            forest = arf.arf(
                frame,
                num_trees=self.trees,
                min_node_size=self.leaf_rows,
                delta=self.tolerance,
                max_iters=self.rounds,
                early_stop=self.early_stop,
                verbose=False,
                n_jobs=1,
            )
        forest.forde()
        return forest

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[Any]:  # noqa: ANN401 - an arfpy forest
        drawn: NDArray[Any] = model.forge(n).to_numpy(dtype=float)
        return drawn

    def _draw_mixed(self, model: Any, n: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:  # noqa: ANN401
        drawn, codes = model.forge(n), model.factor_cols.to_numpy()
        return drawn.loc[:, ~codes].to_numpy(dtype=float), drawn.loc[:, codes].to_numpy(dtype=int)


@contextmanager
def in1d() -> Iterator[None]:
    """Gives numpy the `in1d` that it dropped in 2.4 and that arfpy 0.1.1 calls, and removes it afterwards."""
    import numpy as np

    if hasattr(np, "in1d"):
        yield
        return
    vars(np)["in1d"] = np.isin
    try:
        yield
    finally:
        del vars(np)["in1d"]
