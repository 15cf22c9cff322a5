"""Generators: the members that one must have, optional members, and the information on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, runtime_checkable

from bench.api.data import Schema

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


COLUMN_KINDS = ("numeric", "categorical", "datetime", "missing")
"""What a generator may support, see `GeneratorInfo.kinds`."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A generator's parameters under a profile, and the cost of a fit.

    Attributes:
        params: constructor keywords that replace the defaults under this profile.
        seconds: rough time of one fit on one core at the profile's usual rows (quick: 2,000; standard:
            11,000); used for `--dry-run` and to start the longest trials first.
    """

    params: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class GeneratorInfo:
    """Information on a generator that is available without an instance; class attribute `info`.

    Attributes:
        licence: of the code that runs, including wrapped libraries.
        paper: the reference to cite, or empty.
        packages: distributions that it needs, and whose versions change its results.
        install: the command that installs them, printed when one is missing.
        budgets: by profile name; a profile without an entry runs the defaults (`ci`: the `quick` entry).
        preload: modules that fitting imports; the harness imports them once rather than in every trial.
        memorises: it returns rows of train, or rows between them, by design: a deliberately leaky baseline.
        kinds: what the columns of its tables may be: of `numeric`, `categorical` and `datetime`; and `missing` if they
            may have gaps.
    """

    licence: str = "unknown"
    paper: str = ""
    packages: tuple[str, ...] = ()
    install: str = ""
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    preload: tuple[str, ...] = ()
    memorises: bool = False
    kinds: frozenset[str] = frozenset({"numeric"})


def unsupported(info: GeneratorInfo, schema: Schema) -> str:
    """Returns why a generator cannot model a table, such as `unsupported: categorical`; empty if it can.

    Of several reasons, the first of `COLUMN_KINDS` counts.

    >>> unsupported(GeneratorInfo(), Schema.of_numbers(["a", "b"], "b"))
    ''
    """
    lacking = [kind for kind in COLUMN_KINDS if getattr(schema, kind) and kind not in info.kinds]
    return f"unsupported: {lacking[0]}" if lacking else ""


@dataclass(frozen=True, slots=True)
class Preset:
    """A registered generator under another name, with other parameters. A run can name it as it names a generator.

    Sets of presets are entry points of `bench.presets`: mappings from name to preset. A run that names the
    entry point runs the whole set; `all` includes no presets.

    Attributes:
        generator: registered name.
        params: constructor keywords that replace the class's defaults under every profile.
        source: where the parameters come from.
        published: values that its authors reported, by the name of the measure.
    """

    generator: str
    params: Mapping[str, Any]
    summary: str
    source: str = ""
    published: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class Generator(Protocol):
    """A model of a table. Constructor keywords are its hyper-parameters, all with defaults.

    A constructor keyword `device` receives `--device`. A keyword `max_rows` is the number of train rows that a slow
    generator learns from at most; reports say where it is less than train. Optional members: the class attribute `info`
    (`GeneratorInfo`), `history() -> DataFrame` (one row per epoch, first column `epoch`),
    `on_progress(callback)` (see `ProgressCallback`), `latents(n, seed=...)` (see `HasLatents`),
    `parameter_count()` (see `CountsParameters`), `save` and `load` (see `Saves`), `conditions` and `sample`'s
    `condition` (see `Conditions`), `conditions_of` (see `ForeseesConditions`).
    """

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train` (rows x `schema.names`) without changing it, and returns itself."""

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows with the columns, order and dtypes of `train`.

        Raises:
            BenchError: when called before `fit`.
        """


ProgressCallback: TypeAlias = Callable[[int, int], None]
"""Called during training with (units done, units), in epochs or steps; cheap to call often."""


@runtime_checkable
class ReportsProgress(Protocol):
    """A generator that reports how far its training is."""

    def on_progress(self, callback: ProgressCallback) -> None:
        """Sets the callback that the next `fit` calls."""


@runtime_checkable
class KeepsHistory(Protocol):
    """A generator that records its losses."""

    def history(self) -> pd.DataFrame:
        """Returns one row per epoch: `epoch`, and such columns as train_reconstruction, kl, beta, lr."""


@dataclass(frozen=True, slots=True)
class Latents:
    """The codes of train rows.

    Attributes:
        means: of the codes, (rows, latents).
        variances: of the codes' diagonal Gaussian posteriors, (rows, latents); None if codes are points.
        prior_mean: of each latent under the prior, (latents,); None if the model has no prior.
        prior_variance: of each latent under the prior, (latents,); None if the model has no prior.
    """

    means: NDArray[Any]
    variances: NDArray[Any] | None = None
    prior_mean: NDArray[Any] | None = None
    prior_variance: NDArray[Any] | None = None


@dataclass(frozen=True, slots=True)
class Shadows:
    """The rows of fits of one generator to random halves of train, for an attack that knows the generator.

    Attributes:
        tables: synthetic rows of each fit, as many as its half has.
        members: marks the rows of train that each fit had, (fits, train rows); fits 2i and 2i + 1 have complementary
            halves. None without tables.
        problem: why there are no tables; else empty.
    """

    tables: tuple[pd.DataFrame, ...] = ()
    members: NDArray[Any] | None = None
    problem: str = ""


@runtime_checkable
class HasLatents(Protocol):
    """A generator with an encoder."""

    def latents(self, n: int, *, seed: int) -> Latents:
        """Encodes `n` rows of train drawn without replacement, or all of them if there are fewer."""


@runtime_checkable
class CountsParameters(Protocol):
    """A generator that counts its parameters."""

    def parameter_count(self) -> int:
        """Returns how many trained numbers the fitted model has."""


@runtime_checkable
class Saves(Protocol):
    """A generator that can be saved to a file; loading runs no code of the file (no pickle)."""

    def save(self, path: Path) -> None:
        """Writes the fitted model to the file `path`.

        Raises:
            BenchError: before `fit`.
        """

    @classmethod
    def load(cls, path: Path) -> Self:
        """Returns the model that `save` wrote; it samples the same bytes.

        Raises:
            BenchError: if the file does not hold a model of this class.
        """


@runtime_checkable
class Conditions(Protocol):
    """A generator that can sample rows of one kind."""

    def conditions(self) -> tuple[str, ...]:
        """Returns the kinds that can be sampled after `fit`; empty if the model was not fitted for that."""

    def sample(self, n: int, *, seed: int, condition: str | None = None) -> pd.DataFrame:
        """Draws `n` rows as `Generator.sample` does; with a `condition`, rows of that kind only.

        Raises:
            BenchError: if `condition` is not one of `conditions()`.
        """


@runtime_checkable
class ForeseesConditions(Protocol):
    """A generator that knows before `fit` which conditions it will have, so that others are refused at once."""

    def conditions_of(self, train: pd.DataFrame, schema: Schema) -> tuple[str, ...]:
        """Returns the conditions that the model would have after a fit to `train`, in any case all of them."""
