"""`make reference`: writes docs/reference from the code; with `--check`, names the pages that are out of date."""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import textwrap
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer

import bench
from bench import api
from bench.api import Target
from bench.commands.cli import app
from bench.plugins import entry_points
from bench.plugins.generator_facts import facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bench.api import Metric

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "<!-- `make reference` writes this page from the code: do not edit it by hand -->"
VALUES = {str: "text", int: "whole number", float: "number", Path: "path", bool: "flag"}

PLUGINS = {
    "generators": (
        "Generators",
        "a class with the members of `Generator`; those of the other protocols are optional",
        "Generator GeneratorInfo Budget Saves HasLatents CountsParameters KeepsHistory ReportsProgress Conditions "
        "ForeseesConditions",
    ),
    "presets": ("Sets of presets", "a mapping from names to `Preset` objects", "Preset"),
    "adapters": ("Adapters", "a function that gets TEXT of `adapter:TEXT` and returns a generator class", ""),
    "datasets": ("Data sets", "a `DatasetSource`", "DatasetSource Dataset Schema Column"),
    "metrics": ("Metric families", "a `Family`", "Family Metric Target Context Split Score Cost Latents"),
    "sections": ("Report sections", "a `Section`", "Section Text Facts Table Figure Panel Series Fold Run Leaderboard"),
    "findings": ("Studies of published models", "a `PublishedStudy`", "PublishedStudy Variant Finding"),
}
"""By kind of plugin: the title, the object that an entry point names, and its types in `bench.api`."""


EXIT_CODES = {
    0: "Done. `bench run`: at least one trial succeeded; failed trials are listed and stay in the report.",
    1: "Done, with a bad result. `run`: no trial succeeded. `generate`: the generator failed. `verify`: rows or values "
    "differ. `check`: a regression. `report --check`: a file or a table is outdated. `test-plugin`: a rule is broken.",
    2: "An error that you can correct: a wrong option, a file that cannot be read, runs that cannot be compared. One "
    "line says what was received, what was expected and what to do.",
    130: "Interrupted, for example by Ctrl-C. What a run has finished is stored.",
}
"""Of all commands."""


def options_page() -> Iterator[str]:
    """The exit codes, and every command with its arguments and options."""
    yield "# Commands and options\n\n`bench COMMAND --help` prints the options of a command."
    codes = ((str(code), meaning) for code, meaning in EXIT_CODES.items())
    yield from ("## Exit codes", _table("code,meaning", codes))
    for path, command in _commands(typer.main.get_command(app), "bench"):
        types = _parameter_types(command.callback) if command.callback else {}
        rows = (_option(option, types[option.name]) for option in command.params if option.name in types)
        yield from (f"## {path}", (command.help or "").strip(), _table("option,value,default,meaning", rows))


def metrics_page() -> Iterator[str]:
    """Every metric of the project's own families."""
    yield """# Metrics\n\nRanked metrics enter the score of their family: 0 at the floor, 1 at the ceiling. Every
profile computes the *core* metrics, `standard` the *full* ones too. [Methodology](../methodology.md) has formulas."""
    header = "metric,best,unit,range,set,tables,ranked from floor to ceiling,by column,meaning,source"
    for family in entry_points.families():
        if family.score.__module__.startswith("bench."):  # Others may be installed too.
            yield from (f"## {family.name}", family.summary, _table(header, map(_metric, family.metrics)))


def plugins_page() -> Iterator[str]:
    """Every type of plugin: its entry-point group, the object that an entry point names, and the members of it."""
    yield """# Plugin types\n\nThe types below are imported from `bench.api`. Members and arguments without a default
are required. [Plugins](../plugins.md) shows how to write, test and install a plugin."""
    for kind, (title, target, types) in PLUGINS.items():
        yield from (f"## {title}", f"Entry-point group: `bench.{kind}`. The entry point names {target}.")
        yield from (part for name in types.split() for part in _class(getattr(api, name)))


def python_page() -> Iterator[str]:
    """The functions to call from Python, and what they return."""
    yield "# Python interface\n\n[Generate and evaluate](../generate-and-evaluate.md#use-it-from-python): an example."
    for function in (bench.run, bench.evaluate):
        sections, parameters = _sections(function), dict(_parameters(function))
        meanings = _items(sections.pop("Args", ""))
        result = inspect.signature(function).return_annotation
        yield from (f"## {function.__name__}", f"`bench.{function.__name__}({', '.join(parameters)}) -> {result}`")
        rows = [(f"`{text}`", meanings.get(name, "")) for name, text in parameters.items() if name != "*"]
        yield from (*_paragraphs(sections), _table("argument,meaning", rows))
    yield from _class(bench.Result, "##")


def generators_page() -> Iterator[str]:
    """Every generator of the project, as its class declares it."""
    yield """# Generators\n\nWhat `--generators all` runs. Those that need further packages are skipped without
them, and the report says how to install them. [Models](../models.md) describes the project's own models and compares
all of them. `ctgan`, `sdv`, `rdt` and `copulas` are under BUSL-1.1: free to use, but not to sell as a service that
creates data."""
    rows = []
    for name in entry_points.names("generators"):
        if entry_points.is_bundled("generators", name):
            facts = facts_of(entry_points.load("generators", name))
            info, budget = facts.info, facts.info.budgets.get("standard")
            kinds = "all" if info.kinds.issuperset(api.COLUMN_KINDS) else ", ".join(sorted(info.kinds))
            what = facts.summary + (" Memorises: a deliberately leaky baseline." if info.memorises else "")
            seconds = f"{budget.seconds:g}" if budget else ""
            parameters = ", ".join(f"`{parameter}`" for parameter in facts.parameters)
            install = f"`{info.install}`" if info.install else ""
            rows.append((f"`{name}`", what, info.licence, kinds, seconds, parameters, install, info.paper))
    yield _table("generator,what,licence,columns,seconds (standard),parameters,needs,paper", rows)


PAGES = {
    "options.md": options_page,
    "metrics.md": metrics_page,
    "generators.md": generators_page,
    "plugins.md": plugins_page,
    "python.md": python_page,
}


def outdated_pages() -> dict[str, str]:
    """Returns the new text of the pages that differ from the code, by file name."""
    pages = {name: "\n\n".join(filter(None, (NOTE, *page()))) + "\n" for name, page in PAGES.items()}
    stored = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    return {name: text for name, text in pages.items() if stored.get(name) != text}


def _table(header: str, rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table, empty without rows; the header's names are separated by commas."""
    lines = [tuple(_cell(cell) for cell in row) for row in rows]
    names = tuple(header.split(","))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (names, ("---",) * len(names), *lines) if lines)


def _cell(text: str) -> str:
    """One line; `<` is escaped outside of code, `|` everywhere."""
    parts = " ".join(text.split()).replace("|", r"\|").split("`")
    return "`".join(part if index % 2 else part.replace("<", "&lt;") for index, part in enumerate(parts))


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - Typer brings its own Click
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, f"{path} {name}")


def _parameter_types(function: Callable[..., Any]) -> dict[str, Any]:
    """Name -> type of a command's parameters, those that its signature takes from the table of options included."""
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return {
        parameter.name: get_args(parameter.annotation)[0]
        if get_origin(parameter.annotation) is Annotated
        else parameter.annotation
        for parameter in parameters
    }


def _option(option: Any, value_type: Any) -> tuple[str, ...]:  # noqa: ANN401
    """A line of a command's table; a default that the help text states in brackets moves to its own column."""
    argument = option.param_type_name == "argument"
    name = option.name.strip("_").upper() if argument else " / ".join([*option.opts, *option.secondary_opts])
    help_text, stated = re.findall(r"^(.*?)(?:\s*\[([^][]+)\])?$", option.help or "", re.DOTALL)[0]
    unset = option.default is None or option.default is False
    default = "" if unset else option.opts[0] if option.default is True else str(option.default)
    return f"`{name}`", _value(value_type), stated or ("required" if option.required else default), help_text


def _value(annotation: Any) -> str:  # noqa: ANN401
    """The type of an option in words, or its choices."""
    arguments = [part for part in get_args(annotation) if part is not type(None)]
    if not arguments:
        return VALUES.get(annotation, "")
    many = ", repeatable" if get_origin(annotation) is list else ""
    return ", ".join(arguments) if get_origin(annotation) is Literal else _value(arguments[0]) + many


def _metric(metric: Metric) -> tuple[str, ...]:
    best = f"{metric.better.value:g} ({metric.better.distance})" if isinstance(metric.better, Target) else metric.better
    interval = " to ".join(f"{end:g}".replace("inf", "∞") for end in metric.range)
    scale = metric.scale or "shown only"
    row = (f"`{metric.name}`", best, metric.unit, interval, metric.within, ", ".join(metric.needs) or "any", scale)
    return (*row, "yes" if metric.per_column else "", metric.meaning, metric.source)


def _class(cls: type, level: str = "###") -> Iterator[str]:
    """A type's description, and a table of its fields, properties and methods."""
    sections = _sections(cls)
    meanings = _items(sections.pop("Attributes", ""))
    fields = dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()
    kinds = (property, cached_property, classmethod, type(_class))
    public = {name: value for name, value in vars(cls).items() if isinstance(value, kinds) and name[0] != "_"}
    rows = [(f"`{_field(field)}`", meanings.get(field.name, "")) for field in fields]
    rows += [(f"`{_member(name, value)}`", _sections(value)[""]) for name, value in public.items()]
    yield from (f"{level} {cls.__name__}", *_paragraphs(sections), _table("member,meaning", rows))


def _field(field: dataclasses.Field[Any]) -> str:
    factory, default = field.default_factory, field.default
    default = factory() if factory is not dataclasses.MISSING else default
    stated = "" if default is dataclasses.MISSING else f" = {getattr(default, '__name__', repr(default))}"
    return f"{field.name}: {field.type}{stated}"


def _member(name: str, value: Any) -> str:  # noqa: ANN401
    if isinstance(value, property | cached_property):
        return name
    function = getattr(value, "__func__", value)
    parameters = [text for parameter, text in _parameters(function) if parameter not in ("self", "cls")]
    return f"{name}({', '.join(parameters)}) -> {inspect.signature(function).return_annotation}"


def _parameters(function: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """The names of a function's parameters, each with its text in the source; `*` where keywords begin."""
    parameters = inspect.signature(function).parameters
    keywords = [name for name, parameter in parameters.items() if parameter.kind is parameter.KEYWORD_ONLY]
    for name, parameter in parameters.items():
        if name in keywords[:1]:
            yield "*", "*"
        # Python 3.13 has its paths in a module of its own.
        text = str(parameter).replace("pathlib._local.", "pathlib.")
        yield name, re.sub(r": '([^']*)'", r": \1", text)


def _sections(documented: object) -> dict[str, str]:
    """A Google-style docstring: its text under the empty name, and its sections by name."""
    text, *rest = re.split(r"^(Args|Attributes|Returns|Raises):$", inspect.getdoc(documented) or "", flags=re.MULTILINE)
    return {"": text.strip(), **dict(zip(rest[::2], map(textwrap.dedent, rest[1::2]), strict=True))}


def _items(section: str) -> dict[str, str]:
    return dict(re.findall(r"^\**(\w+): (.*(?:\n +.*)*)", section, re.MULTILINE))


def _paragraphs(sections: Mapping[str, str]) -> list[str]:
    return [f"**{title}:** {' '.join(text.split())}" if title else text for title, text in sections.items()]


if __name__ == "__main__":
    outdated = outdated_pages()
    if sys.argv[1:] == ["--check"]:
        sys.exit("\n".join(f"docs/reference/{name} is out of date: run `make reference`" for name in outdated) or 0)
    for name, text in outdated.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
