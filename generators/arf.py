"""An adversarial random forest (arfpy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import BenchError, Budget, GeneratorInfo

from .wrappers.array_library import Library, at_least

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(kw_only=True, eq=False)
class ARF(Library):
    """Trees that tell train from their own draws until they cannot; truncated normals in their leaves (arfpy).

    Algorithm 1 of the paper grows the forest, FORDE fits the leaves, FORGE draws. arfpy 0.1.1 calls `np.in1d`, which
    numpy has dropped: it is put back while the forest grows. Nothing was tuned: defaults are the library's.

    Attributes:
        trees: in the forest.
        leaf_rows: of train in every leaf, at least; from 2.
        tolerance: training ends when out-of-bag accuracy is below 0.5 + this; 0 to 0.5.
        rounds: of drawing and telling apart, at most; from 0.
        early_stop: end when a round tells more apart than the one before.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over arfpy, MIT)",
        paper="Watson et al. (2023), Adversarial Random Forests for Density Estimation and Generative Modeling",
        packages=("arfpy", "scikit-learn", "scipy", "pandas", "numpy"),
        install="pip install 'tabgen-bench[arf]'",
        budgets={"quick": Budget({}, 7), "standard": Budget({}, 40)},
    )

    trees: int = 30
    leaf_rows: int = 5
    tolerance: float = 0.0
    rounds: int = 10
    early_stop: bool = True

    def __post_init__(self) -> None:
        """Raises `BenchError` for values that no table could be fitted with."""
        at_least(1, trees=self.trees)
        at_least(2, leaf_rows=self.leaf_rows)
        at_least(0, rounds=self.rounds)
        if not 0 <= self.tolerance <= 0.5:
            raise BenchError(f"got tolerance {self.tolerance}; expected 0 to 0.5")

    def _train(self, values: NDArray[Any], seed: int) -> Any:  # noqa: ANN401 - an arfpy forest
        from .wrappers.arfpy_forest import grow

        return grow(
            values,
            num_trees=self.trees,
            min_node_size=self.leaf_rows,
            delta=self.tolerance,
            max_iters=self.rounds,
            early_stop=self.early_stop,
        )

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[Any]:  # noqa: ANN401 - an arfpy forest
        drawn: NDArray[Any] = model.forge(n).to_numpy(dtype=float)
        return drawn
