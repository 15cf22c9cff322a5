"""Who may import whom, and what stays out of the quick commands."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGINS = ("bench.generators", "bench.reports", "bench.data", "bench.scoring.metrics")
HEAVY = ("torch", "pandas", "sklearn", "sdmetrics", "matplotlib", "xgboost", "scipy", "numpy", "ctgan", "sdv")

LAYERS = (
    {"bench.api"},
    {"bench.common", "bench.seeds", "bench.grid"},
    {"bench.plugins"},
    {"bench.tables", "bench.scoring", "bench.statistics"},
    {"bench.runs"},
    {"bench.planning"},
    {"bench.execution"},
    {"bench.reporting"},
    {"bench.workflows"},
    {"bench.library", "bench.testing"},
    {"bench"},
    {"bench.commands"},
    {"bench.__main__"},
    {"tests"},
)
"""Rooms, from the bottom up: a room imports those of lower lines, and plugins import `LEAVES`."""

LEAVES = (
    "bench.api",
    "bench.common",
    "bench.seeds",
    "bench.grid",
    "bench.statistics.scores",
    "bench.plugins",
    "bench.scoring.encoding",
    "bench.scoring.points",
    "bench.scoring.unusable_cells",
)

ONLY_IN = {
    "torch": ("generators",),
    "ctgan": ("generators",),
    "sdv": ("generators",),
    "sdmetrics": ("bench/scoring/metrics", "generators"),
    "sklearn": ("bench/scoring", "generators", "data"),
    "xgboost": ("bench/scoring", "generators"),
    "optuna": ("bench/workflows/tuning",),
    "typer": ("bench/commands",),
    "rich": ("bench/commands",),
    "jinja2": ("bench/reporting",),
    "pydantic": ("bench/plugins", "bench/runs"),
    "matplotlib": ("bench/reporting/figures", "reports"),
}

FOLDERS = {"bench": "bench", "generators": "bench.generators", "reports": "bench.reports", "data": "bench.data"}


def sources() -> dict[str, Path]:
    """Every module by its dotted name."""
    return {
        name(path): path
        for folder in (*FOLDERS, "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "zoo" not in path.parts
    }


def name(path: Path) -> str:
    folder, *parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join([FOLDERS.get(folder, folder), *(part for part in parts if part != "__init__")])


MODULES = sources()


def imports(module: str) -> Iterator[tuple[str, bool]]:
    """What a module imports, absolute, whether or not only type checkers do; and whether it says so relatively."""
    path = MODULES[module]
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
            base = ".".join(filter(None, [above if node.level else "", node.module]))
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield (whole if whole in MODULES else base), bool(node.level)


def kind(module: str) -> str:
    """The kind of plugin that a module belongs to, or nothing."""
    return next((root for root in PLUGINS if is_in(module, root)), "")


def is_in(module: str, place: str) -> bool:
    return module == place or (module.startswith(f"{place}.") and place != "bench")


def room(module: str) -> str:
    return next(place for places in LAYERS for place in places if is_in(module, place))


def layer(module: str) -> int:
    return next(depth for depth, places in enumerate(LAYERS) if any(is_in(module, place) for place in places))


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module: str) -> None:
    for other, _ in imports(module):
        if other in MODULES and not kind(module) and not kind(other):
            assert layer(other) < layer(module) or room(other) == room(module), f"{module} imports {other}"


def test_there_are_no_circles() -> None:
    graph = {module: {other for other, _ in imports(module) if other in MODULES} - {module} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("module", [module for module in MODULES if not is_in(module, "tests")])
def test_nobody_imports_a_plugin_by_name(module: str) -> None:
    for other, relatively in imports(module):
        assert not kind(other) or (relatively and kind(other) == kind(module)), "load it through its entry point"
        assert other.split(".")[0] not in FOLDERS or other.split(".")[0] == "bench"


@pytest.mark.parametrize("module", [module for module in MODULES if kind(module)])
def test_plugins_import_the_contract_and_leaves(module: str) -> None:
    core = {other for other, _ in imports(module) if other in MODULES and not kind(other)}
    assert not {other for other in core if not any(is_in(other, leaf) for leaf in LEAVES)}


@pytest.mark.parametrize("module", MODULES)
def test_the_contract_has_one_door(module: str) -> None:
    assert is_in(module, "bench.api") or not {other for other, _ in imports(module) if other.startswith("bench.api.")}


@pytest.mark.parametrize("module", [module for module in MODULES if not is_in(module, "tests")])
def test_libraries_stay_in_their_rooms(module: str) -> None:
    used = {other.split(".")[0] for other, _ in imports(module)}
    where = MODULES[module].relative_to(ROOT).as_posix()
    assert not {library for library in used & set(ONLY_IN) if not where.startswith(ONLY_IN[library])}


QUICK = [
    ["--help"],
    *([command, "--help"] for command in ("run", "reproduce", "tune", "generate", "evaluate", "new", "test-plugin")),
    *([command, "--help"] for command in ("check", "compare", "show", "split", "verify", "doctor")),
    ["--version"],
    *(["list", kind] for kind in ("generators", "datasets", "metrics")),
]


@pytest.mark.parametrize("arguments", QUICK, ids=" ".join)
def test_quick_commands_load_nothing_heavy(arguments: list[str]) -> None:
    assert not loaded(arguments, HEAVY)


def test_planning_every_generator_loads_no_network() -> None:
    assert not loaded(["run", "--dry-run", "--generators", "all"], ("torch", "ctgan", "sdv"))


def loaded(arguments: list[str], libraries: tuple[str, ...]) -> list[str]:
    """Which of some libraries a command loads."""
    code = (
        "import sys\nfrom bench.commands import cli\nsys.argv = ['bench', *sys.argv[1:]]\n"
        "try:\n    cli.main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('LOADED', *sorted(set({libraries!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()[1:]
