"""Confines a process to one folder for all that it writes, by Landlock (Linux 5.13 and later).

A generator that leaves a file behind in one repeat and reads it in another was fitted to more rows than it was given:
the train rows of several splits together are nearly the whole table. That need not be meant, for a model that goes on
from a checkpoint at a fixed place does the same. So the process of a fit cannot create, change or remove any file
outside its own folder, which is removed when it ends. It can read what the user can read.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Numbers of the system calls, on every architecture."""

_VERSION = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38
_WRITE_FILE = 1 << 1
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_MOVE = 1 << 13
_TRUNCATE = 1 << 14
_MEMORY_FILES = ("shm", "mqueue")
"""Folders of /dev in which files of any program stay."""


class _Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`."""

    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


class _Beneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def confine_writes(folder: str) -> bool:
    """Lets this thread, and all threads and processes that it starts, write beneath `folder` and to devices only.

    It cannot be undone. Files that are open stay open.

    Returns:
        Whether the system can do this; nothing has changed if not.
    """
    version = landlock_version()
    if not version:
        return False
    # Later versions know more ways of writing, and refuse those that they do not know.
    writing = _WRITE_FILE | _REMOVE_AND_MAKE | (_MOVE if version > 1 else 0) | (_TRUNCATE if version > 2 else 0)
    ruleset = _call(_CREATE_RULESET, ctypes.byref(_Ruleset(writing)), ctypes.sizeof(_Ruleset), 0)
    try:
        _allow(ruleset, folder, writing)
        for name in os.listdir("/dev"):
            if name not in _MEMORY_FILES:
                with suppress(OSError):
                    _allow(ruleset, f"/dev/{name}", _WRITE_FILE)
        if ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def landlock_version() -> int:
    """Returns the version of Landlock's interface; 0 where there is none, or it is turned off."""
    if sys.platform != "linux":
        return 0
    try:
        return _call(_CREATE_RULESET, None, 0, _VERSION)
    except OSError:
        return 0


def _allow(ruleset: int, path: str, access: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(_Beneath(access, descriptor)), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    result = int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
