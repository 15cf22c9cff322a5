"""Whether what was asked for can be built: a value that no model takes is said before anything is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.planning.generator_selection import Candidate
    from bench.planning.plan import Plan


def demand(plan: Plan) -> None:
    """Builds every generator that was given parameters, once; constructors are light.

    Raises:
        BenchError: if one cannot be built, or an adapter has no such class.
    """
    first = {trial.generator: trial.params for trial in plan.trials}
    for name, candidate in plan.generators.items():
        # What else cannot be loaded was not typed just now, and is a row with its reason.
        if ":" in name and candidate.status == "failed":
            raise BenchError(f"{name}: {candidate.problem}")
        if name in plan.config.settings and candidate.status == "ok":
            _build(candidate, first[name])


def _build(candidate: Candidate, params: Mapping[str, object]) -> None:
    try:
        (candidate.cls or object)(**params)
    except Exception as error:  # a constructor is a plugin's and may raise anything
        said = str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"
        raise BenchError(f"{candidate.name} cannot be built with what --set gives it: {said}") from error
