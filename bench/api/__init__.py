"""The contract between the harness and its plugins: every type that crosses a border.

Everybody imports from here (`from bench.api import ...`), never from the files behind it. Nothing here imports numpy
or pandas at run time, so that listing plugins stays instant.
"""

from __future__ import annotations

from bench.api.blocks import Block, Facts, Figure, Fold, Panel, Section, Series, Table, Text
from bench.api.data import Dataset, DatasetSource, Protocol_, Schema, Split
from bench.api.errors import BenchError
from bench.api.generators import (
    Budget,
    Conditions,
    CountsParameters,
    Generator,
    GeneratorInfo,
    HasLatents,
    KeepsHistory,
    Latents,
    Preset,
    ProgressCallback,
    ReportsProgress,
    Saves,
)
from bench.api.metrics import (
    Arrays,
    Context,
    Cost,
    Details,
    Family,
    Metric,
    MetricSet,
    Preparer,
    Score,
    Scorer,
    Target,
    nothing_to_prepare,
)
from bench.api.trials import Status, Trial, TrialResult

__all__ = [
    "Arrays",
    "BenchError",
    "Block",
    "Budget",
    "Conditions",
    "Context",
    "Cost",
    "CountsParameters",
    "Dataset",
    "DatasetSource",
    "Details",
    "Facts",
    "Family",
    "Figure",
    "Fold",
    "Generator",
    "GeneratorInfo",
    "HasLatents",
    "KeepsHistory",
    "Latents",
    "Metric",
    "MetricSet",
    "Panel",
    "Preparer",
    "Preset",
    "ProgressCallback",
    "Protocol_",
    "ReportsProgress",
    "Saves",
    "Schema",
    "Score",
    "Scorer",
    "Section",
    "Series",
    "Split",
    "Status",
    "Table",
    "Target",
    "Text",
    "Trial",
    "TrialResult",
    "nothing_to_prepare",
]
