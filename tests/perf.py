"""`make perf`: how long the harness itself takes. Prints; asserts nothing."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import psutil

from bench.plugins import entry_points
from bench.scoring.reference_rows import reference_table
from bench.scoring.score_table import prepare_all, score_all
from bench.tables import splits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.api import MetricSet

ROOT = Path(__file__).parents[1]
ZOO = ROOT / "tests" / "zoo"
TRIALS, SECONDS = 12, 10.0
LOOP = """
import time
import numpy as np

def work(seconds):
    begun = time.process_time()
    while time.process_time() - begun < seconds:
        np.linalg.svd(np.random.default_rng(0).normal(size=(60, 60)))
"""
WORKS = """
from perf_loop import work
from perf_noisy import Model as Noisy

class Model(Noisy):
    def fit(self, train, schema, *, seed):
        work({seconds})
        super().fit(train, schema, seed=seed)
"""


def seconds(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, repeats: int = 1) -> float:
    """The best wall time of a command."""
    best = float("inf")
    for _ in range(repeats):
        begun = time.perf_counter()
        subprocess.run(command, cwd=cwd, env=env, check=True, capture_output=True)
        best = min(best, time.perf_counter() - begun)
    return best


def start_up(folder: Path) -> None:
    """Commands that only list, against an empty interpreter."""
    empty = seconds([sys.executable, "-c", "pass"], folder, repeats=5)
    print(f"empty Python                     {empty:6.2f} s")
    for arguments in (["--help"], ["--version"], ["run", "--help"], ["list", "generators"], ["list", "metrics"]):
        took = seconds([sys.executable, "-m", "bench", *arguments], folder, repeats=5)
        print(f"bench {' '.join(arguments):26} {took:6.2f} s  (+{took - empty:.2f} s)")


def site(folder: Path) -> dict[str, str]:
    """An environment with a trivial generator and twelve that take some seconds, beside a small table."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(300, 4)).round(3), columns=list("abcy"))
    frame.to_csv(folder / "small.csv", index=False)
    metadata = folder / "bench_perf-1.0.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: bench-perf\nVersion: 1.0\n")
    points = ["noisy = perf_noisy:Model", *(f"works-{n} = perf_works:Model" for n in range(TRIALS))]
    (metadata / "entry_points.txt").write_text("\n".join(["[bench.generators]", *points, ""]))
    (folder / "perf_noisy.py").write_text((ZOO / "noisy.py").read_text())
    (folder / "perf_works.py").write_text(WORKS.format(seconds=SECONDS))
    (folder / "perf_loop.py").write_text(LOOP)
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **one_thread, "PYTHONPATH": str(folder)}


def bare(folder: Path, env: Mapping[str, str]) -> float:
    """Two bare processes that share the same loops between them."""
    begun = time.perf_counter()
    command = [sys.executable, "-c", f"from perf_loop import work; work({SECONDS * TRIALS / 2})"]
    for process in [subprocess.Popen(command, cwd=folder, env=env) for _ in range(2)]:
        process.wait()
    return time.perf_counter() - begun


def run(
    folder: Path,
    env: Mapping[str, str],
    out: str,
    generator: str,
    repeats: int,
    workers: int,
    more: Sequence[str] = (),
) -> tuple[float, float]:
    """The wall time of a whole run, and the processor time of its driver alone."""
    arguments = ["run", "--dataset", "small.csv", "--target", "y", "--generators", generator, "--no-figures", "--quiet"]
    arguments += ["--repeats", str(repeats), "--workers", str(workers), "--out", out, *more]
    begun = time.perf_counter()
    driver = subprocess.Popen([sys.executable, "-m", "bench", *arguments], cwd=folder, env=env)
    used = 0.0
    while driver.poll() is None:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(driver.pid).cpu_times()
            used = times.user + times.system
        time.sleep(0.05)
    if driver.returncode:
        raise RuntimeError(f"the run of {generator} ended with {driver.returncode}")
    return time.perf_counter() - begun, used


def running(folder: Path) -> None:
    """Overhead per trial, parallel efficiency, and what resuming a complete run costs."""
    env = site(folder)
    few, many = (run(folder, env, f"n{n}", "noisy", n, 1)[0] for n in (2, 22))
    scored = "one fit and its scoring, in two processes, and seven reference rows"
    print(f"per repeat of a trivial generator {(many - few) / 20:5.2f} s  ({scored})")
    print(f"resuming 22 complete repeats     {run(folder, env, 'n22', 'noisy', 22, 1)[0]:6.2f} s")
    names = ",".join(f"works-{n}" for n in range(TRIALS))
    ours, theirs = run(folder, env, "equal", names, 1, 2)[0], bare(folder, env)
    print(f"{TRIALS} trials of {SECONDS:.0f} s, 2 workers     {ours:6.2f} s")
    print(f"the same loops, 2 bare processes {theirs:6.2f} s  (ratio {ours / theirs:.2f})")


def clustered(folder: Path) -> None:
    """What a trial costs on a Dask cluster beside its own work: on its worker, and in the driver."""
    env = site(folder)
    address = "tcp://127.0.0.1:18787"
    dask = [sys.executable, "-m", "dask"]
    commands = [["scheduler", "--port", "18787"], *([["worker", address, "--nthreads", "1"]] * 2)]
    quiet = subprocess.DEVNULL
    processes = [
        subprocess.Popen([*dask, *command, "--no-dashboard"], cwd=folder, env=env, stdout=quiet, stderr=quiet)
        for command in commands
    ]
    try:
        time.sleep(5)
        took = {n: run(folder, env, f"cluster{n}", "noisy", n, 2, ("--cluster", address)) for n in (2, 22)}
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()
    wall, driver = ((took[22][at] - took[2][at]) / (20 * 9) for at in (0, 1))
    print(f"per process on a cluster         {2 * wall:6.2f} s on its worker (start, a trivial fit or scoring)")
    print(f"                                 {driver:6.3f} s of the driver's processor")


def scoring(folder: Path) -> None:
    """What metrics cost in processor seconds: both sets on one season, the core set on eighteen."""
    sizes: dict[int, tuple[MetricSet, ...]] = {1: ("core", "full"), 18: ("core",)}
    for seasons, sets in sizes.items():
        data = entry_points.load("datasets", "station").load(seasons=seasons)
        split = splits.split(data, "random", 0)
        synthetic = reference_table("real-train", split.train, 1, split.schema)
        begun = time.process_time()
        artefacts = prepare_all(entry_points.families(), split, 0)
        size = f"{len(split.train):,} x {len(split.train.columns)}"
        print(f"preparing a split, {size:<13} {time.process_time() - begun:6.2f} s")
        for name in sets:
            begun = time.process_time()
            found = score_all(entry_points.families(), split, synthetic, artefacts, seed=0, metric_set=name)
            parts = ", ".join(f"{family} {took:.2f}" for family, took in found.seconds.items() if took >= 0.01)
            print(f"{name} metrics, {size:<20} {time.process_time() - begun:6.2f} s  ({parts})")
    print(f"peak memory                      {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:6.2f} GiB")


def reports(folder: Path) -> None:
    """The largest report that there should be: its time, memory and size, and how soon a browser shows it."""
    subprocess.run([sys.executable, "-m", "tests.large_report", str(folder)], cwd=ROOT, check=True)


def main() -> None:
    """Prints everything, or the parts that are named."""
    parts: list[Callable[[Path], None]] = [start_up, running, clustered, scoring, reports]
    named = [part for part in parts if part.__name__ in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        for part in named or parts:
            part(Path(folder))


if __name__ == "__main__":
    main()
