"""A made-up run as large as reports must bear, and what its report takes: `python -m tests.large_report FOLDER`.

30 generators on 10 splits of 3 tables, with all that real runs store for reports, 1,000 points each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.reports.make_run import Spec, make_run

GENERATORS, REPEATS, POINTS = 30, 10, 1_000
MEGABYTES, SECONDS, TABLES_SECONDS, GIBIBYTES, SCREEN_SECONDS = 12, 90, 5, 1, 1
"""Most of its size, time, time without figures and memory; most time until a browser shows the first of it."""


def build(path: Path, points: int = POINTS) -> Path:
    """Makes the run; returns its directory."""
    quality = {f"generator-{at}": round(0.2 + 0.7 * at / GENERATORS, 3) for at in range(GENERATORS)}
    make_run(path, Spec(quality, second="methane-2", third="methane-3", whole=True, repeats=REPEATS, points=points))
    return path


def took(run: Path, *more: str) -> tuple[float, float, float]:
    """Seconds, seconds of a processor and the most GiB of memory of `bench report`, in a process of its own."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bench", "report", str(run), *more], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"bench report ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


def first_screen(page: Path) -> float | None:
    """Seconds until Chromium paints something of a page; None without one."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        shown = browser.new_page()
        shown.goto(page.as_uri())
        painted = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
        shown.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
        seconds = float(shown.evaluate(painted)) / 1000
        browser.close()
    return seconds


def _timed(seconds: float, used: float, most: float) -> str:
    return f"{seconds:6.2f} s  (at most {most}; {used:.1f} s of a processor)"


def main(folder: Path) -> None:
    """Prints what the report takes beside what it may."""
    run = build(folder / "large")
    tables, tables_used, _ = took(run, "--no-figures")
    seconds, used, memory = took(run)
    size = (run / "report.html").stat().st_size / 1e6
    print(f"report, {GENERATORS} x {REPEATS} x 3           {_timed(seconds, used, SECONDS)}")
    print(f"  without figures                {_timed(tables, tables_used, TABLES_SECONDS)}")
    print(f"  peak memory                    {memory:6.2f} GiB  (at most {GIBIBYTES})")
    print(f"  report.html                    {size:6.2f} MB  (at most {MEGABYTES})")
    painted = first_screen((run / "report.html").resolve())
    said = "no chromium" if painted is None else f"{painted:6.2f} s  (at most {SCREEN_SECONDS})"
    print(f"  until its first screen         {said}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
