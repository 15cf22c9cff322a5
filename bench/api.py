"""The contract between the harness and its plugins: every type that crosses a border.

Nothing here imports numpy or pandas at run time, so that listing plugins stays instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.statistics.ranking import Leaderboard
    from bench.store import Run

    Arrays: TypeAlias = Mapping[str, NDArray[Any]]

Protocol_ = Literal["random", "blocked"]
Status = Literal["ok", "failed", "timeout", "memory", "skipped"]
MetricSet = Literal["core", "full"]


class BenchError(Exception):
    """What the user can mend: one line saying what was got, what was expected, what to do.

    The command line prints it without a traceback and exits with 2.
    """


# --- data -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Schema:
    """What the columns of a table are.

    Attributes:
        numeric: names of the numeric columns, the target included, in table order.
        target: the column that train-on-synthetic/test-on-real predicts.
        ordered: whether rows are in time, so that neighbours are near-copies.
        categorical: names of the categorical columns (none are supported yet).
        datetime: names of the date columns (none are supported yet).
        task: what predicting the target is.
    """

    numeric: tuple[str, ...]
    target: str
    ordered: bool = False
    categorical: tuple[str, ...] = ()
    datetime: tuple[str, ...] = ()
    task: Literal["regression", "classification"] = "regression"

    @property
    def columns(self) -> tuple[str, ...]:
        """All modelled columns, in the order generators see and must return."""
        return self.numeric + self.categorical + self.datetime


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table with its schema and where it comes from.

    Attributes:
        name: as the user wrote it (a registered name, or a file's stem).
        group: tables that are not independent of each other share one.
        frame: rows x `schema.columns`, index 0..n-1, row order meaningful if `schema.ordered`.
        sha256: of the file, or of the values for tables made in memory.
        source: a citation or address. Never a path of this machine.
        notes: what loading changed or noticed, one sentence each; the report prints them.
    """

    name: str
    group: str
    frame: pd.DataFrame
    schema: Schema
    sha256: str
    source: str
    licence: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetSource:
    """What an entry point of `bench.datasets` names: how to load a data set, said cheaply."""

    summary: str
    licence: str
    load: Callable[[], Dataset]


@dataclass(frozen=True, slots=True)
class Split:
    """The three disjoint parts of one repeat; each keeps the original index and row order.

    Attributes:
        train: all that a generator ever sees.
        holdout: real rows exchangeable with train: reference of fidelity, detection, privacy.
        test: reference of utility. Under the random protocol the same rows as holdout.
        seed: what the split was drawn with.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame
    test: pd.DataFrame
    schema: Schema
    protocol: Protocol_
    seed: int


# --- generators -------------------------------------------------------------------------------


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

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        """Learns from `train` (rows x `schema.columns`) without changing it."""

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


# --- metrics ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """A metric whose best value is a number rather than an end of the scale.

    Attributes:
        value: the best value.
        distance: how far a value is from it: `absolute` |v - t|, `log` |log(v / t)|, `above` max(v - t, 0).
    """

    value: float
    distance: Literal["absolute", "log", "above"] = "absolute"


@dataclass(frozen=True, slots=True)
class Metric:
    """What a number means.

    Attributes:
        name: unique over all families; lower case with underscores.
        family: validity, fidelity, detection, utility, privacy, latent or cost; a plugin may add its own.
        better: `higher`, `lower` or a `Target`.
        unit: as printed after a value; empty for a share or an index.
        range: smallest and largest possible value.
        source: paper or software that defines it.
        meaning: one line for the reader of a report.
        ranked: whether it may enter the overall score.
        floor: the reference row that scores 0 (`copy`, `near-copy`, `interpolated`, ...), if ranked.
        ceiling: the reference row that scores 1 (`real-train`, `holdout-half`), if ranked.
        per_column: whether values per column are stored beside the overall one.
        within: the smallest metric set that includes it.
    """

    name: str
    family: str
    better: Literal["higher", "lower"] | Target
    meaning: str
    source: str = ""
    unit: str = ""
    range: tuple[float, float] = (0.0, 1.0)
    ranked: bool = False
    floor: str = "independent"
    ceiling: str = "real-train"
    per_column: bool = False
    within: MetricSet = "core"


@dataclass(frozen=True, slots=True)
class Score:
    """One value of one metric; `value` is finite or None, and then `reason` says why."""

    metric: str
    value: float | None
    column: str | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        """`metric` or `metric[column]`, the key in a result's flat `metrics` object."""
        return self.metric if self.column is None else f"{self.metric}[{self.column}]"


@dataclass(frozen=True, slots=True)
class Cost:
    """What producing the synthetic rows took; memory is peak less start, in bytes.

    Attributes:
        fit_cpu_seconds: processor time of fitting, all threads together; None for runs that did not measure it.
        parameters: trained numbers that the fitted model keeps; None where it does not say.
    """

    fit_seconds: float
    sample_seconds: float
    rows: int
    memory_bytes: int | None
    fit_cpu_seconds: float | None = None
    parameters: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """All that a scorer may look at.

    Attributes:
        split: the real rows.
        synthetic: rows x `split.schema.columns`; as many as train.
        artefacts: what the family's own `prepare` made of the split.
        seed: for whatever the scorer draws; the same for every generator of a split.
        cost: None for reference rows.
        metric_set: `core`, or `full` to include the slow metrics.
        latents: of the fitted model, where it has any.
    """

    split: Split
    synthetic: pd.DataFrame
    artefacts: Arrays
    seed: int
    cost: Cost | None = None
    metric_set: MetricSet = "core"
    latents: Latents | None = None


if TYPE_CHECKING:
    Details: TypeAlias = dict[str, np.ndarray[Any, Any]]
    Scorer: TypeAlias = Callable[[Context], tuple[list[Score], Details]]
    Preparer: TypeAlias = Callable[[Split, int], Details]


def nothing_to_prepare(split: Split, seed: int) -> Details:
    """The `prepare` of a family that has no work belonging to the split."""
    return {}


@dataclass(frozen=True, slots=True)
class Family:
    """What an entry point of `bench.metrics` names: a family's metrics and the function that scores them.

    Attributes:
        score: returns one `Score` per metric (and per column where `per_column`), and `details`: arrays
            that report sections draw, keyed by path-like names such as `density/Temperature`. No object
            arrays: details are stored without pickle.
        prepare: (split, seed) -> arrays that depend on the split alone; run once per split.
        combine: how its normalised metrics make one score: their `mean`, or the `worst` where one failure
            is the whole failure (an attacker picks the attack that works).
        order: families are shown from small to large.
        blank_for: reference rows on which the family says nothing.
        blank_reason: why, in a few words.
    """

    name: str
    summary: str
    metrics: tuple[Metric, ...]
    score: Scorer
    prepare: Preparer = nothing_to_prepare
    combine: Literal["mean", "worst"] = "mean"
    order: int = 100
    blank_for: frozenset[str] = frozenset()
    blank_reason: str = ""


# --- trials -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """One generator on one split: what is fitted once.

    Attributes:
        id: sha256 (first 16 hex digits) of all that can change its numbers; names its directory.
        split: id of the split.
        params: constructor keywords, the profile's budget and `--set` included.
        seed: from which the seeds of fit and sample derive.
        expected_seconds: rough time, for ordering and `--dry-run`.
        draw: which of the fits on this split, from 0.
    """

    id: str
    dataset: str
    split: str
    repeat: int
    generator: str
    params: Mapping[str, Any]
    seed: int
    expected_seconds: float = 30.0
    draw: int = 0


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of a trial; never dropped, whatever came.

    Attributes:
        metrics: value by `Score.key`; None where it could not be computed.
        reasons: why, by the same key.
        error: one line; empty when ok.
        seconds: of `fit`, `fit_cpu` (processor time), `sample`, `score` and `total`.
        memory_bytes: peak resident set less that at start.
        parameters: trained numbers that the fitted model keeps; None where it does not say.
        scoring: digest of the code and versions that made the scores; other scores are not comparable.
    """

    trial: Trial
    status: Status
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    memory_bytes: int | None = None
    parameters: int | None = None
    scoring: str = ""


# --- reports ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """Prose in plain text.

    Attributes:
        text: paragraphs, separated by blank lines.
        level: 3 or 4 makes it a heading; sections themselves are level 2.
        tone: `lead` stands out, `note` and `warning` are set apart, `code` is something to copy.
        items: a list printed below the text.
    """

    text: str
    level: int = 0
    tone: Literal["plain", "lead", "note", "warning", "code"] = "plain"
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Short labels, each with what it stands for."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of strings; cells are already formatted so that every renderer prints the same digits.

    Attributes:
        header: column names.
        rows: as many cells each as the header.
        align: `l` or `r` per column; empty: first left, others right.
        strong: (row, column) of cells to set in bold.
        apart: indices of rows to set apart (reference rows).
        hints: explanations by header name.
        bars: share in [0, 1] by (row, column), drawn in the cell where the format can.
        names: index of the column of generator names, which show the colour they have in figures; -1: none.
        groups: by column, the metric family that it belongs to (empty: none), for readers who filter.
        tags: by row, what its name needs said beside it.
        anchors: by generator name, the `anchor` of the fold that says more of it.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    align: str = ""
    strong: frozenset[tuple[int, int]] = frozenset()
    apart: frozenset[int] = frozenset()
    hints: Mapping[str, str] = field(default_factory=dict)
    bars: Mapping[tuple[int, int], float] = field(default_factory=dict)
    names: int = -1
    groups: tuple[str, ...] = ()
    tags: Mapping[int, str] = field(default_factory=dict)
    anchors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """One line, cloud or row of intervals.

    Attributes:
        name: a generator or reference, which picks the colour: the same for a name everywhere. Any other
            name is drawn in neutral ink, as real data are.
        x: of `step`, the bin edges (one more than `y`).
        y: values; the names of rows in a panel of intervals are its `labels`.
        low: lower ends of intervals; likewise `high`.
        label: in the legend, if it is not the name.
        variant: 0 solid, 1 dashed, 2 dotted, to tell lines of one name apart.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    label: str = ""
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes.

    Attributes:
        kind: how its series are drawn; a `heatmap` uses `matrix` instead. In `points` a series of one point is a
            marker, and a longer one a line.
        matrix: square, row by row; NaN where undefined.
        labels: of the rows of a matrix, or of a panel of intervals, from top to bottom.
        limits: (x from, x to, y from, y to), or empty to fit the data.
        span: colours of a matrix run from -span to span.
        diagonal: whether to draw where x equals y.
        log: whether x holds logarithms to base 10, whose axis then says the numbers themselves.
    """

    kind: Literal["line", "step", "scatter", "interval", "heatmap", "points"]
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    series: tuple[Series, ...] = ()
    matrix: tuple[tuple[float, ...], ...] = ()
    labels: tuple[str, ...] = ()
    limits: tuple[float, ...] = ()
    span: float = 1.0
    diagonal: bool = False
    log: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """Panels drawn together; plain data, drawn by the renderers only when figures are wanted.

    Attributes:
        name: names the file beside Markdown, as far as it is made of letters, digits and `-`.
        title: shown above.
        alt: what the figure shows, in words.
        columns: panels per row, where there is room.
        detail: whether only formats that cost nothing until opened draw it.
    """

    name: str
    title: str
    alt: str
    panels: tuple[Panel, ...]
    columns: int = 3
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that are shown when asked for.

    Attributes:
        anchor: what tables lead here by, if any do.
        about: a generator, whose colour the title shows.
    """

    title: str
    blocks: tuple[Text | Facts | Table | Figure, ...]
    anchor: str = ""
    about: str = ""


Block: TypeAlias = Text | Facts | Table | Figure | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """What an entry point of `bench.sections` names: one part of a report.

    Attributes:
        title: its heading.
        order: sections are printed from small to large.
        build: (run, leaderboard) -> plain blocks; an empty list leaves the section out.
    """

    title: str
    order: int
    build: Callable[[Run, Leaderboard], list[Block]]
