"""Stored runs: takes run directories and exports, gives runs that reports and comparisons read.

`run_directory` holds the layout, results and the class `Run`; `manifest` reads and writes `manifest.json`;
`environment` collects versions and machine; `export` writes a run without rows; `comparability` tells why numbers of
two runs differ by design; `merge` joins runs for one report; `compare` tests what changed between two runs.
"""

from __future__ import annotations

from bench.runs.export import export_run
from bench.runs.manifest import read_manifest, write_manifest
from bench.runs.merge import merge_runs
from bench.runs.run_directory import Run, open_run

__all__ = ["Run", "export_run", "merge_runs", "open_run", "read_manifest", "write_manifest"]
