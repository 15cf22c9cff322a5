"""ForestDiffusion on one thread, with progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ForestDiffusion import ForestDiffusionModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api import ProgressCallback


def train(values: NDArray[np.float64], tell: ProgressCallback | None, *, n_t: int, **options: Any) -> Any:  # noqa: ANN401
    """A flow over (rows, columns).

    Seeds numpy's global state with its own `seed` before each time, so that all share their noise.

    Args:
        values: train.
        tell: called with (times done, n_t) after each.
        n_t: how many.
        options: of the library.
    """

    class Told(ForestDiffusionModel):  # type: ignore[misc]
        """The library's model; it has no callback of its own."""

        def train_iterator(self, *args: Any, **keywords: Any) -> Any:  # noqa: ANN401
            model = super().train_iterator(*args, **keywords)
            self.done = getattr(self, "done", 0) + 1
            if tell is not None:
                tell(self.done, n_t)
            return model

    return Told(values, n_t=n_t, diffusion_type="flow", n_jobs=1, nthread=1, **options)
