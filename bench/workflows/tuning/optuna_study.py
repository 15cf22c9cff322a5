"""A tuning study in a folder, kept by Optuna: the tried settings, resumable after any interruption."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from statistics import fmean
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.atomic_files import LOCK, lock_folder, to_json, write_file
from bench.common.parsed_text import parse_json
from bench.runs.stored_files import JSON_BYTES, is_stored, read_object, read_stored
from bench.seeds import derive
from bench.workflows.tuning import scoring_files
from bench.workflows.tuning.journal import StudyJournal
from bench.workflows.tuning.search_space import Space, contains, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import optuna


INSTALL = "pip install 'tabgen-bench[tune]'"
_NAME = "tune"
"""The name of the study in its journal."""
_DEFAULT, _ATTEMPT = "default", "attempt"
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
        """Opens the study in `folder`, or starts one.

        Raises:
            BenchError: if the journal is damaged, or has lost the study or attempts.
        """
        optuna = require_optuna()
        journal = StudyJournal(folder)
        self._journal, self._space, self._seed = journal.path, space, seed
        with _damage_of(journal.path):
            # Files for scoring are computed after the study has been started.
            self._study = _open_study(journal, is_new=not journal and not scoring_files.are_stored(folder))
            # The folder is locked, so trials that still run were left by a process that was killed.
            for trial in self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
                self._study.tell(trial.number, state=optuna.trial.TrialState.FAIL)

    @property
    def attempts(self) -> list[Attempt]:
        """The finished attempts, the defaults first.

        Raises:
            BenchError: if an attempt is damaged, or one before it is missing.
        """
        optuna = require_optuna()
        with _damage_of(self._journal):
            finished = self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
            default = self._study.user_attrs.get(_DEFAULT)
            defaults = [] if default is None else [_unpack_attempt(default, None, {})]
            texts = [trial.user_attrs[_ATTEMPT] for trial in finished]
            attempts = [_unpack_attempt(text, number, self._space) for number, text in enumerate(texts)]
            if [trial.value for trial in finished] != [attempt.value for attempt in attempts]:
                raise ValueError("a trial has two values")
            return [*defaults, *attempts]

    def store_default(self, attempt: Attempt) -> None:
        """Stores the result of the defaults. The sampler does not use it: they may lie outside the space."""
        self._study.set_user_attr(_DEFAULT, json.dumps(asdict(attempt)))

    def propose(self, number: int) -> tuple[optuna.Trial, dict[str, Any]]:
        """Returns the next trial and its parameters, after `number` finished trials."""
        optuna = require_optuna()
        with _damage_of(self._journal):
            self._study.sampler = optuna.samplers.TPESampler(
                n_startup_trials=_STARTUP_TRIALS, multivariate=True, seed=derive(self._seed, "tune", number)
            )
            trial = self._study.ask()
            return trial, suggest(self._space, trial)

    def store(self, trial: optuna.Trial, attempt: Attempt) -> None:
        """Stores the result of a trial."""
        trial.set_user_attr(_ATTEMPT, json.dumps(asdict(attempt)))
        self._study.tell(trial, attempt.value)


def _open_study(journal: StudyJournal, *, is_new: bool) -> optuna.Study:
    """Returns the study that a journal holds, or a new one; `ValueError` if it has lost the study or a trial."""
    installed = require_optuna()
    storage = installed.storages.JournalStorage(journal)
    if not is_new and _NAME not in installed.get_all_study_names(storage):
        raise ValueError("it does not hold the study")
    study: optuna.Study = installed.create_study(
        storage=storage, study_name=_NAME, direction="maximize", load_if_exists=True
    )
    if study.directions != [installed.study.StudyDirection.MAXIMIZE]:
        raise ValueError("it holds the study of something else")
    # Optuna leaves out what is stored of a trial that was not started.
    stored = sum(_ATTEMPT in operation.get("user_attr", {}) for operation in journal.read_logs(0))
    if stored != sum(_ATTEMPT in trial.user_attrs for trial in study.get_trials(deepcopy=False)):
        raise ValueError("a trial is missing from it")
    return study


@contextmanager
def _damage_of(path: Path) -> Iterator[None]:
    """Makes whatever Optuna raises at a journal an error that names it."""
    try:
        yield
    except (BenchError, OSError):
        raise
    except Exception as error:  # Optuna raises errors of many types at a damaged journal
        problem = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        problem = " ".join(problem.split())[:200]
        raise BenchError(f"{path} is damaged ({problem}); restore the file, or remove its folder") from error


def _unpack_attempt(text: str, number: int | None, space: Space) -> Attempt:
    """Returns a stored attempt.

    Raises:
        ValueError, TypeError: if it is damaged, has another number or is outside the space.
    """
    name = "the result of the defaults" if number is None else f"the result of trial {number}"
    attempt = Attempt(**parse_json(text))
    overall = [] if attempt.overall is None else [attempt.overall]
    numbers = [attempt.value, *overall, *attempt.families.values(), *attempt.seconds.values()]
    if not all(type(value) in {int, float} for value in numbers):
        raise ValueError(f"{name} has a value that is no number")
    if not all(isinstance(said, str) for said in (attempt.status, attempt.error)):
        raise ValueError(f"{name} has a status that is no text")
    if attempt.number != number:
        raise ValueError(f"{name} is missing, or is not in its place")
    if not contains(space, attempt.params):
        raise ValueError(f"{name} has parameters that are not in the search space")
    return attempt


@contextmanager
def locked_folder(path: Path, identity: Mapping[str, Any]) -> Iterator[Path]:
    """Locks the folder of a study for this process; `study.json` in it holds what identifies the study.

    Raises:
        BenchError: if it holds something else, `study.json` is damaged, or another process uses the folder.
    """
    identity_file = path / "study.json"
    if is_stored(path) and not path.is_dir():
        raise BenchError(f"--study {path} is no folder; expected a new folder or a study to continue")
    if is_stored(identity_file):
        if read_stored(identity_file, path, JSON_BYTES) != to_json(identity).encode():
            read_object(identity_file, path)  # which says if it is damaged
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
