"""Any installed class with `fit(X)` and `sample(n)`, by its path: `sklearn:sklearn.mixture.GaussianMixture`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import metadata, packages_distributions
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import BenchError, GeneratorInfo
from bench.common.suggestions import closest
from bench.seeds import derive

from ..wrappers.array_model import ArrayModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True, eq=False)
class AdaptedEstimator(ArrayModel):
    """A model of the columns that vary, without scaling.

    Its rows are put in random order, as mixtures sample component by component, moved into train's range, and rounded
    to its grids.

    Attributes:
        options: constructor keywords of the model, over its defaults; `random_state` comes from the trial's seed.
    """

    _model: ClassVar[type]
    options: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Checks that the model has the options."""
        parameters = inspect.signature(self._model).parameters
        takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
        for option in self.options or {}:
            if option not in parameters and not takes_any:
                raise BenchError(f"{self._model.__name__} has no option {option!r}; {closest(option, parameters)}")

    def _train(self, values: NDArray[np.float64], seed: int) -> Any:  # noqa: ANN401 - the library's own
        state = {"random_state": seed} if "random_state" in inspect.signature(self._model).parameters else {}
        model = self._model(**{**state, **(self.options or {})})
        model.fit(values)
        return model

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[np.floating]:  # noqa: ANN401 - the library's own
        import numpy as np

        parameters = inspect.signature(model.sample).parameters
        if "random_state" not in parameters and hasattr(model, "random_state"):
            model.random_state = seed
        drawn = model.sample(n, **({"random_state": seed} if "random_state" in parameters else {}))
        # Mixtures return the rows and the component of each.
        rows = np.asarray(drawn[0] if isinstance(drawn, tuple) else drawn, dtype=np.float64).reshape(n, -1)
        return np.random.default_rng(derive(seed, "order")).permutation(rows)


@cache
def adapt(path: str) -> type[AdaptedEstimator]:
    """Returns a generator over the class at `path`, which has `fit(X)` and `sample(n)`, X being (rows, columns).

    `sample` may return the rows, or a tuple that begins with them, and may take a `random_state`.

    Raises:
        BenchError: if there is no such class, or it belongs to no installed distribution, whose version is recorded.
    """
    module, _, name = path.rpartition(".")
    try:
        model = getattr(import_module(module), name) if module else None
    except (ImportError, AttributeError) as error:
        raise BenchError(f"cannot import {path}: {error}; expected such as sklearn.mixture.GaussianMixture") from error
    has_methods = all(callable(getattr(model, method, None)) for method in ("fit", "sample"))
    if not inspect.isclass(model) or not has_methods:
        raise BenchError(f"{path} is no class with fit and sample; expected such as sklearn.mixture.GaussianMixture")
    fields = {"__doc__": f"{name} of {module}.", "__module__": __name__, "_model": model, "info": _info(module, name)}
    return type(name, (AdaptedEstimator,), fields)


def _info(module: str, name: str) -> GeneratorInfo:
    package = module.partition(".")[0]
    distributions = packages_distributions().get(package, ())
    if not distributions:
        raise BenchError(f"{package} is no installed package; wrap {name} in a file instead: bench run --plugin FILE")
    fields = metadata(distributions[0])
    licences = [text for key in ("License-Expression", "License") for text in fields.get_all(key) or () if text]
    return GeneratorInfo(
        licence=licences[0].strip().split("\n")[0][:80] if licences else "unknown",
        packages=tuple(dict.fromkeys([*distributions, "numpy", "scipy"])),
        install=f"pip install {distributions[0]}",
        preload=(module,),
    )
