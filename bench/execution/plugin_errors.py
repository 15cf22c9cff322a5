"""What a plugin raised, as the file that its task returns, or as one line."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.common.safe_text import error_line, plain, shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.execution.tasks import Files

ERROR, USAGE = "error.txt", "usage.txt"
"""The one file that a task returns when a generator failed, or when it cannot do what it was asked for."""


def files_or_error(work: Callable[[], Files]) -> Files:
    """Returns the files of work that runs a plugin's code, or one file with the error that it raised."""
    try:
        return work()
    except BenchError as error:
        return {USAGE: str(error).encode()}
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, and may exit
        traceback.print_exc()
        return {ERROR: one_line(error).encode()}


def one_line(error: BaseException) -> str:
    """Returns an error as one line of at most 300 characters that can be written to any file."""
    return shortened(plain(error_line(error)), 300)
