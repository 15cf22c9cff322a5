"""What the server that tasks are forked from imports first: it adopts what a task leaves behind.

Importing this module changes the process; nothing but the server imports it.
"""

from __future__ import annotations

import warnings

from bench.execution.process_tree import adopt_orphans

adopt_orphans()
# It says so of each process that it adopted and that has ended.
warnings.filterwarnings("ignore", "forkserver: waitpid returned unexpected pid")
