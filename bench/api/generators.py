"""Generators: what one must have, what it may have, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from bench.api.data import Schema


@dataclass(frozen=True, slots=True)
class Budget:
    """What a profile changes in a generator's parameters, and what a fit then costs.

    Attributes:
        params: constructor keywords that replace the defaults under this profile.
        seconds: rough time of one fit on one core at the profile's usual rows (quick: 2,000; standard:
            11,000); used for `--dry-run` and to start the longest trials first.
    """

    params: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class GeneratorInfo:
    """What a generator says of itself without being built; class attribute `info`.

    Attributes:
        licence: of the code that is run, wrapped library included.
        paper: the reference to cite, or empty.
        packages: distributions that it needs and whose versions change its numbers.
        install: the command that installs them, printed when one is missing.
        budgets: by profile name; a profile without an entry runs the defaults (`ci`: the `quick` entry).
        preload: modules that fitting imports; the harness imports them once rather than in every trial.
        memorises: it returns rows of train, or rows between them, by design: a benchmark's foil, not a candidate.
    """

    licence: str = "unknown"
    paper: str = ""
    packages: tuple[str, ...] = ()
    install: str = ""
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    preload: tuple[str, ...] = ()
    memorises: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """A registered generator under a name of its own, with other parameters: what a run can name as well.

    Sets of presets are entry points of `bench.presets`: mappings from name to preset. A run that names the
    entry point runs the whole set; `all` includes none.

    Attributes:
        generator: registered name.
        params: constructor keywords, over the class's defaults and whatever the profile.
        summary: one line.
        source: where the parameters come from.
        published: what its authors reported, by the name under which it is measured.
    """

    generator: str
    params: Mapping[str, Any]
    summary: str
    source: str = ""
    published: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class Generator(Protocol):
    """A model of a table. Constructor keywords are its hyper-parameters, all with defaults.

    A constructor keyword `device` receives `--device`. Optional members: the class attribute `info`
    (`GeneratorInfo`), `history() -> DataFrame` (one row per epoch, first column `epoch`),
    `on_progress(callback)` (see `ProgressCallback`), `latents(n, seed=...)` (see `HasLatents`),
    `parameter_count()` (see `CountsParameters`), `save` and `load` (see `Saves`), `conditions` and `sample`'s
    `condition` (see `Conditions`).
    """

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train` (rows x `schema.columns`) without changing it, and returns itself."""

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows with the columns, order and dtypes of `train`.

        Raises:
            BenchError: when called before `fit`.
        """


ProgressCallback: TypeAlias = Callable[[int, int], None]
"""Called with (epochs or steps done, total) as training goes; cheap to call often."""


@runtime_checkable
class ReportsProgress(Protocol):
    """A generator that says how far its training is."""

    def on_progress(self, callback: ProgressCallback) -> None:
        """Asks for `callback` to be called during the next `fit`."""


@runtime_checkable
class KeepsHistory(Protocol):
    """A generator that keeps its losses."""

    def history(self) -> pd.DataFrame:
        """One row per epoch: `epoch`, and the likes of train_reconstruction, val_reconstruction, kl, beta, lr."""


@dataclass(frozen=True, slots=True)
class Latents:
    """Where an encoder puts rows of train.

    Attributes:
        means: of the codes, (rows, latents).
        variances: of the codes' diagonal Gaussian posteriors, (rows, latents); None if codes are points.
        prior_mean: of each latent under the prior, (latents,); None if the model has no prior.
        prior_variance: likewise. Of a prior that is no Gaussian, its own mean and variance.
    """

    means: NDArray[Any]
    variances: NDArray[Any] | None = None
    prior_mean: NDArray[Any] | None = None
    prior_variance: NDArray[Any] | None = None


@runtime_checkable
class HasLatents(Protocol):
    """A generator with an encoder."""

    def latents(self, n: int, *, seed: int) -> Latents:
        """Encodes `n` rows of train drawn without replacement, or all of them if there are fewer."""


@runtime_checkable
class CountsParameters(Protocol):
    """A generator that knows its size."""

    def parameter_count(self) -> int:
        """How many trained numbers the fitted model keeps."""


@runtime_checkable
class Saves(Protocol):
    """A generator whose fitted state can be kept in a file; loading it runs no code of the file's (no pickle)."""

    def save(self, path: Path) -> None:
        """Writes the fitted model to the file `path`.

        Raises:
            BenchError: before `fit`.
        """

    @classmethod
    def load(cls, path: Path) -> Self:
        """The model that `save` wrote; it samples the same bytes.

        Raises:
            BenchError: if the file is not one of this class's.
        """


@runtime_checkable
class Conditions(Protocol):
    """A generator that can be asked for rows of one kind."""

    def conditions(self) -> tuple[str, ...]:
        """What may be asked for, once fitted; empty if it was not fitted for that."""

    def sample(self, n: int, *, seed: int, condition: str | None = None) -> pd.DataFrame:
        """As `Generator.sample`; with a `condition`, rows of that kind only.

        Raises:
            BenchError: if `condition` is not one of `conditions()`.
        """
