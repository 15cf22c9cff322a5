"""Stored runs: takes run directories and exports, gives runs that reports and comparisons read.

`run_directory` holds the layout, results and the class `Run`; `stored_files` reads files that may be damaged or come
from a stranger; `cached_results` copies results from a cache; `manifest` reads and writes `manifest.json`;
`drawn_splits` keeps what decides which metrics enter; `environment` collects versions and machine; `export` writes a
run without rows; `comparability` tells why numbers of two runs differ by design; `merge` joins runs for one report;
`compare` tests what changed between two runs.
"""

from bench.runs.export import export_run as export_run
from bench.runs.manifest import read_manifest as read_manifest
from bench.runs.manifest import write_manifest as write_manifest
from bench.runs.merge import merge_runs as merge_runs
from bench.runs.run_directory import Run as Run
from bench.runs.run_directory import open_run as open_run
