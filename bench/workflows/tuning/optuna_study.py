"""An Optuna study in a folder: what was tried, resumable after any interruption."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.atomic_files import LOCK, lock_folder, to_json, write_file
from bench.seeds import derive
from bench.workflows.tuning.search_space import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import optuna

    from bench.workflows.tuning.search_space import Space

INSTALL = "pip install 'tabgen-bench[tune]'"
_STARTUP = 5
"""Trials drawn at random before the sampler learns from what came of them: budgets here are tens, not hundreds."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One setting and what came of it.

    Attributes:
        number: from 0; None for the defaults.
        params: those that were searched; empty for the defaults.
        value: of the objective; 0, where its families' floors are, if it failed.
        status: as a trial's.
        seconds: as a trial's: fit, fit_cpu, sample, score, total; of one fit.
    """

    number: int | None
    params: Mapping[str, Any]
    value: float
    status: str = "ok"
    error: str = ""
    families: Mapping[str, float] = field(default_factory=dict)
    overall: float = 0.0
    seconds: Mapping[str, float] = field(default_factory=dict)


def mean(fits: Sequence[Attempt]) -> Attempt:
    """Fits of one setting with different seeds as one attempt; all of them succeeded."""

    def averaged(*values: float) -> float:
        return math.fsum(values) / len(values)

    def each(name: str) -> dict[str, float]:
        return {key: averaged(*(getattr(fit, name)[key] for fit in fits)) for key in getattr(fits[0], name)}

    return replace(
        fits[0],
        value=averaged(*(fit.value for fit in fits)),
        overall=averaged(*(fit.overall for fit in fits)),
        families=each("families"),
        seconds=each("seconds"),
    )


class Study:
    """The attempts of a folder, and the sampler (TPE: Bergstra et al. 2011, Watanabe 2023) that proposes the next.

    What is proposed depends on the seed and on the finished attempts alone, not on interruptions.
    """

    def __init__(self, folder: Path, space: Space, seed: int) -> None:
        """Opens or starts the study in `folder`.

        Raises:
            BenchError: if Optuna is not installed.
        """
        optuna = require()
        storage = optuna.storages.journal.JournalFileBackend(str(folder / "journal.log"))
        self._space, self._seed = space, seed
        self._study = optuna.create_study(
            storage=optuna.storages.JournalStorage(storage),
            study_name="tune",
            direction="maximize",
            load_if_exists=True,
        )
        for trial in self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
            # What a killed process left; nothing works on a locked folder but this one.
            self._study.tell(trial.number, state=optuna.trial.TrialState.FAIL)

    @property
    def attempts(self) -> list[Attempt]:
        """All that are finished, the defaults first."""
        optuna = require()
        finished = self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
        stored = [self._study.user_attrs.get("default"), *(trial.user_attrs["attempt"] for trial in finished)]
        return [Attempt(**json.loads(text)) for text in stored if text is not None]

    def note_default(self, attempt: Attempt) -> None:
        """Keeps what came of the defaults, which the sampler does not learn from: they may lie outside the space."""
        self._study.set_user_attr("default", json.dumps(asdict(attempt)))

    def ask(self, number: int) -> tuple[optuna.Trial, dict[str, Any]]:
        """The next trial and its parameters, `number` trials being finished."""
        optuna = require()
        self._study.sampler = optuna.samplers.TPESampler(
            n_startup_trials=_STARTUP, multivariate=True, seed=derive(self._seed, "tune", number)
        )
        trial = self._study.ask()
        return trial, suggest(self._space, trial)

    def tell(self, trial: optuna.Trial, attempt: Attempt) -> None:
        """Keeps what came of a trial."""
        trial.set_user_attr("attempt", json.dumps(asdict(attempt)))
        self._study.tell(trial, attempt.value)


@contextmanager
def folder(path: Path, identity: Mapping[str, Any]) -> Iterator[Path]:
    """Takes a study's folder for this process; what decides its numbers is kept in `study.json`.

    Raises:
        BenchError: if it holds something else, or another process is at work on it.
    """
    said = path / "study.json"
    if path.exists() and not path.is_dir():
        raise BenchError(f"--study {path} is a file; expected a new folder or a study to continue")
    if said.is_file():
        if said.read_text(encoding="utf-8") != to_json(identity):
            raise BenchError(f"{path} holds a study of something else (see its study.json); choose another --study")
    elif path.exists() and any(entry.name != LOCK for entry in path.iterdir()):
        raise BenchError(f"--study {path} exists, is not empty and is not a study; choose another folder")
    path.mkdir(parents=True, exist_ok=True)
    with lock_folder(path, "--study"):
        write_file(said, to_json(identity).encode())
        yield path


def require() -> Any:  # noqa: ANN401 - a module that may be absent
    """Optuna, told to print nothing but warnings.

    Raises:
        BenchError: if it is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise BenchError(f"tuning needs optuna, which is not installed; {INSTALL}") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
