"""A tuning study in a folder, kept by Optuna: the tried settings, resumable after any interruption."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from statistics import fmean
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.atomic_files import LOCK, lock_folder, to_json, write_file
from bench.seeds import derive
from bench.workflows.tuning.search_space import Space, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import optuna


INSTALL = "pip install 'tabgen-bench[tune]'"
_STARTUP_TRIALS = 5
"""Settings drawn at random before the sampler learns from results; few, since budgets here are tens of settings."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One setting and its result.

    Attributes:
        number: from 0; None for the defaults.
        params: the searched parameters; empty for the defaults.
        value: of the objective; 0 if it failed.
        seconds: of one fit: fit, fit_cpu, sample, score, total.
    """

    number: int | None
    params: Mapping[str, Any]
    value: float
    status: str = "ok"
    error: str = ""
    families: Mapping[str, float] = field(default_factory=dict)
    overall: float | None = 0.0
    seconds: Mapping[str, float] = field(default_factory=dict)


def mean_attempt(fits: Sequence[Attempt]) -> Attempt:
    """Returns the mean of successful fits of one setting with different seeds."""
    first = fits[0]
    value, overalls = fmean(fit.value for fit in fits), [fit.overall for fit in fits if fit.overall is not None]
    overall = fmean(overalls) if len(overalls) == len(fits) else None
    families = {name: fmean(fit.families[name] for fit in fits) for name in first.families}
    seconds = {name: fmean(fit.seconds[name] for fit in fits) for name in first.seconds}
    return replace(first, value=value, overall=overall, families=families, seconds=seconds)


class TuningStudy:
    """The attempts in a folder, and the sampler (TPE: Bergstra et al. 2011, Watanabe 2023) that proposes the next.

    A proposal depends on the seed and on the finished attempts alone, not on interruptions.
    """

    def __init__(self, folder: Path, space: Space, seed: int) -> None:
        """Opens the study in `folder`, or starts one."""
        optuna = require_optuna()
        file = optuna.storages.journal.JournalFileBackend(str(folder / "journal.log"))
        storage = optuna.storages.JournalStorage(file)
        self._space, self._seed = space, seed
        self._study = optuna.create_study(storage=storage, study_name="tune", direction="maximize", load_if_exists=True)
        # The folder is locked, so trials that still run were left by a process that was killed.
        for trial in self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
            self._study.tell(trial.number, state=optuna.trial.TrialState.FAIL)

    @property
    def attempts(self) -> list[Attempt]:
        """The finished attempts, the defaults first."""
        optuna = require_optuna()
        finished = self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
        stored = [self._study.user_attrs.get("default"), *(trial.user_attrs["attempt"] for trial in finished)]
        return [Attempt(**json.loads(text)) for text in stored if text is not None]

    def store_default(self, attempt: Attempt) -> None:
        """Stores the result of the defaults. The sampler does not use it: they may lie outside the space."""
        self._study.set_user_attr("default", json.dumps(asdict(attempt)))

    def propose(self, number: int) -> tuple[optuna.Trial, dict[str, Any]]:
        """Returns the next trial and its parameters, after `number` finished trials."""
        optuna = require_optuna()
        self._study.sampler = optuna.samplers.TPESampler(
            n_startup_trials=_STARTUP_TRIALS, multivariate=True, seed=derive(self._seed, "tune", number)
        )
        trial = self._study.ask()
        return trial, suggest(self._space, trial)

    def store(self, trial: optuna.Trial, attempt: Attempt) -> None:
        """Stores the result of a trial."""
        trial.set_user_attr("attempt", json.dumps(asdict(attempt)))
        self._study.tell(trial, attempt.value)


@contextmanager
def locked_folder(path: Path, identity: Mapping[str, Any]) -> Iterator[Path]:
    """Locks the folder of a study for this process; `study.json` in it holds what identifies the study.

    Raises:
        BenchError: if it holds something else, or another process uses it.
    """
    identity_file = path / "study.json"
    if path.exists() and not path.is_dir():
        raise BenchError(f"--study {path} is a file; expected a new folder or a study to continue")
    if identity_file.is_file():
        if identity_file.read_text(encoding="utf-8") != to_json(identity):
            raise BenchError(f"{path} holds a study of something else (see its study.json); choose another --study")
    elif path.exists() and any(entry.name != LOCK for entry in path.iterdir()):
        raise BenchError(f"--study {path} exists, is not empty and is not a study; choose another folder")
    path.mkdir(parents=True, exist_ok=True)
    with lock_folder(path, "--study"):
        write_file(identity_file, to_json(identity).encode())
        yield path


def require_optuna() -> Any:  # noqa: ANN401 - a module that may be absent
    """Returns Optuna, which then prints nothing but warnings; raises `BenchError` if it is not installed."""
    try:
        import optuna
    except ImportError:
        raise BenchError(f"tuning needs optuna, which is not installed; {INSTALL}") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
