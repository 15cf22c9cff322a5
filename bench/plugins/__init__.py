"""Plugins: takes a kind and a name, or a Python file, and gives the generator, data set, metric family or section.

- `entry_points`: what installed packages register, our own plugins included.
- `python_files`: generators in files that are not installed (`--plugin my_gen.py`).
- `generator_facts`: what is known of a generator's class without importing it again.
- `inspection`: finds these facts by importing the generator here.
"""

from bench.plugins.entry_points import Kind, families, load, load_generator, names, presets
from bench.plugins.generator_facts import GeneratorFacts, facts_of
from bench.plugins.inspection import Inspector
from bench.plugins.python_files import Plugin, find_plugins

__all__ = [
    "GeneratorFacts",
    "Inspector",
    "Kind",
    "Plugin",
    "facts_of",
    "families",
    "find_plugins",
    "load",
    "load_generator",
    "names",
    "presets",
]
