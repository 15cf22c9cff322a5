"""Plugins: takes a kind and a name, or a Python file, and gives the generator, data set, metric family or section.

- `entry_points`: what installed packages register, our own plugins included.
- `python_files`: generators in files that are not installed (`--plugin my_gen.py`).
"""

from bench.plugins.entry_points import Kind, families, info, load, load_generator, names, presets
from bench.plugins.python_files import Plugin, find_plugins

__all__ = ["Kind", "Plugin", "families", "find_plugins", "info", "load", "load_generator", "names", "presets"]
