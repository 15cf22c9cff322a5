"""The contract between the harness and its plugins: every type that crosses a border.

Everybody imports from here (`from bench.api import ...`), never from the files behind it. Nothing here imports numpy
or pandas at run time, so that listing plugins stays instant.
"""

from bench.api.data import Column as Column
from bench.api.data import ColumnKind as ColumnKind
from bench.api.data import Dataset as Dataset
from bench.api.data import DatasetSource as DatasetSource
from bench.api.data import KeptTogether as KeptTogether
from bench.api.data import PredictionTask as PredictionTask
from bench.api.data import Protocol_ as Protocol_
from bench.api.data import Schema as Schema
from bench.api.data import Split as Split
from bench.api.generators import COLUMN_KINDS as COLUMN_KINDS
from bench.api.generators import Budget as Budget
from bench.api.generators import Conditions as Conditions
from bench.api.generators import CountsParameters as CountsParameters
from bench.api.generators import ForeseesConditions as ForeseesConditions
from bench.api.generators import Generator as Generator
from bench.api.generators import GeneratorInfo as GeneratorInfo
from bench.api.generators import HasLatents as HasLatents
from bench.api.generators import KeepsHistory as KeepsHistory
from bench.api.generators import Latents as Latents
from bench.api.generators import Preset as Preset
from bench.api.generators import ProgressCallback as ProgressCallback
from bench.api.generators import ReportsProgress as ReportsProgress
from bench.api.generators import Saves as Saves
from bench.api.generators import Shadows as Shadows
from bench.api.generators import unsupported as unsupported
from bench.api.leaderboard import ALPHA as ALPHA
from bench.api.leaderboard import AT_FLOOR as AT_FLOOR
from bench.api.leaderboard import LEAST_SPLITS as LEAST_SPLITS
from bench.api.leaderboard import RATIO as RATIO
from bench.api.leaderboard import Across as Across
from bench.api.leaderboard import Board as Board
from bench.api.leaderboard import Comparison as Comparison
from bench.api.leaderboard import Components as Components
from bench.api.leaderboard import Entry as Entry
from bench.api.leaderboard import Interval as Interval
from bench.api.leaderboard import Leaderboard as Leaderboard
from bench.api.leaderboard import Moderation as Moderation
from bench.api.leaderboard import Pair as Pair
from bench.api.leaderboard import Stat as Stat
from bench.api.manifest import PROTOCOL_VERSION as PROTOCOL_VERSION
from bench.api.manifest import DatasetDescription as DatasetDescription
from bench.api.manifest import EvaluationDescription as EvaluationDescription
from bench.api.manifest import ExternalTables as ExternalTables
from bench.api.manifest import FamilyDescription as FamilyDescription
from bench.api.manifest import GeneratorDescription as GeneratorDescription
from bench.api.manifest import LeakageAudit as LeakageAudit
from bench.api.manifest import Manifest as Manifest
from bench.api.manifest import PartSizes as PartSizes
from bench.api.manifest import PluginFile as PluginFile
from bench.api.manifest import RequestedTable as RequestedTable
from bench.api.manifest import RunConfiguration as RunConfiguration
from bench.api.manifest import RunEnvironment as RunEnvironment
from bench.api.manifest import RunProfile as RunProfile
from bench.api.manifest import SplitDescription as SplitDescription
from bench.api.metrics import EVERY_REPEAT as EVERY_REPEAT
from bench.api.metrics import METRIC_SETS as METRIC_SETS
from bench.api.metrics import Arrays as Arrays
from bench.api.metrics import Bound as Bound
from bench.api.metrics import Context as Context
from bench.api.metrics import Cost as Cost
from bench.api.metrics import Details as Details
from bench.api.metrics import Family as Family
from bench.api.metrics import Metric as Metric
from bench.api.metrics import MetricSet as MetricSet
from bench.api.metrics import Need as Need
from bench.api.metrics import Preparer as Preparer
from bench.api.metrics import Score as Score
from bench.api.metrics import Scorer as Scorer
from bench.api.metrics import Target as Target
from bench.api.metrics import contains as contains
from bench.api.metrics import nothing_to_prepare as nothing_to_prepare
from bench.api.report import PAGES as PAGES
from bench.api.report import Block as Block
from bench.api.report import Facts as Facts
from bench.api.report import Figure as Figure
from bench.api.report import Fold as Fold
from bench.api.report import Page as Page
from bench.api.report import Panel as Panel
from bench.api.report import Section as Section
from bench.api.report import Series as Series
from bench.api.report import Table as Table
from bench.api.report import Text as Text
from bench.api.run import DrawnSplits as DrawnSplits
from bench.api.run import Run as Run
from bench.api.study import Explanation as Explanation
from bench.api.study import Finding as Finding
from bench.api.study import PublishedStudy as PublishedStudy
from bench.api.study import Values as Values
from bench.api.study import Variant as Variant
from bench.api.study import Verdict as Verdict
from bench.api.trials import Status as Status
from bench.api.trials import Trial as Trial
from bench.api.trials import TrialResult as TrialResult


class BenchError(Exception):
    """An error that the user can correct. Its message is one line: what was got, what was expected, what to do.

    The command line prints it without a traceback and exits with 2. Parts of a message come from files and libraries,
    so line breaks become blanks.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(" ".join(message.splitlines()))
