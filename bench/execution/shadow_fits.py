"""Shadow fits: the generator of a trial, fitted again to random halves of train, for the audit's membership attack.

An attacker who knows how a table was made can make tables like it, from rows that he chose. Each row of train is in
exactly half of the halves, so what the tables say about it with and without it can be compared. The halves follow from
the seed of the trial alone: the process that scores draws them again, and does not ask the process that ran a plugin.
"""

from __future__ import annotations

import traceback
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bench.api import BenchError, Shadows
from bench.common.atomic_files import pack_table
from bench.common.safe_text import plain
from bench.execution import fit_and_sample, plugin_errors
from bench.execution.check_rows import read_rows
from bench.seeds import derive

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Schema, Trial
    from bench.execution.tasks import Files, OnProgress
    from bench.plugins.python_files import Plugin

SHADOWS, SHADOW_ERROR = "shadows.parquet", "shadow-error.txt"
"""The rows of all shadow fits below each other, or why there are none."""


def halves(rows: int, fits: int, seed: int) -> NDArray[np.bool_]:
    """Draws the rows of train that each shadow fit gets, (fits, rows); fits 2i and 2i + 1 get complementary halves.

    >>> drawn = halves(5, 4, seed=0)
    >>> drawn.sum(axis=1).tolist(), drawn.sum(axis=0).tolist()
    ([2, 3, 2, 3], [2, 2, 2, 2, 2])
    """
    members = np.zeros((fits, rows), dtype=bool)
    for pair in range(fits // 2):
        chosen = np.random.default_rng(derive(seed, "shadow", "halves", pair)).permutation(rows)[: rows // 2]
        members[2 * pair, chosen] = True
        members[2 * pair + 1] = ~members[2 * pair]
    return members


def fit_shadows(
    trial: Trial, train: pd.DataFrame, schema: Schema, plugin: Plugin | None, fits: int, on_progress: OnProgress
) -> Files:
    """Fits a new generator to each half and samples as many rows as it has; returns their rows, or the first error.

    A generator that cannot be fitted to half of the rows costs the metrics of the attack and nothing else.
    """
    import pandas as pd

    tables = []
    try:
        for fit, chosen in enumerate(halves(len(train), fits, trial.seed)):
            on_progress("shadow fits", fit, fits)
            part = train.loc[chosen].reset_index(drop=True)
            own = replace(trial, seed=derive(trial.seed, "shadow", fit))
            generator = fit_and_sample.build_generator(own, plugin)
            fit_and_sample.fit_generator(generator, own, part, schema, lambda *_: None)
            tables.append(fit_and_sample.sample_as_train(generator, own, part)[0])
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        traceback.print_exc()
        reason = plugin_errors.one_line(error) or type(error).__name__
        return {SHADOW_ERROR: f"shadow fit {len(tables) + 1} of {fits}: {reason}".encode()}
    return {SHADOWS: pack_table(pd.concat(tables, ignore_index=True))}


def read_shadows(files: Files, train: pd.DataFrame, fits: int, seed: int) -> Shadows | None:
    """Reads what `fit_shadows` returned, from the files of a trial; None if the trial has no shadow fits.

    Args:
        files: by name; a plugin's process decides what is in them.
        train: the rows that the trial was fitted to.
        fits: number of shadow fits of the trial.
        seed: of the trial.
    """
    if SHADOW_ERROR in files:
        return Shadows(problem=plain(files[SHADOW_ERROR].decode(errors="replace"))[:400])
    if SHADOWS not in files:
        return None
    members = halves(len(train), fits, seed)
    ends = np.cumsum([0, *members.sum(axis=1)])
    try:
        rows = read_rows(files[SHADOWS], train, any_length=True)
        if len(rows) != ends[-1]:
            raise BenchError(f"they are {len(rows)} rows; expected {ends[-1]}")
    except BenchError as error:
        return Shadows(problem=f"the rows of the shadow fits cannot be used: {error}")
    return Shadows(tuple(rows.iloc[start:end].reset_index(drop=True) for start, end in pairwise(ends)), members)
