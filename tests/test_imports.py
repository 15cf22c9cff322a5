"""Who may import whom, and what stays out of the quick commands."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGINS = ("generators", "reports", "data")
HEAVY = ("torch", "pandas", "sklearn", "sdmetrics", "matplotlib", "xgboost", "scipy", "numpy", "ctgan", "sdv")

LAYERS = (
    {"api.errors", "api.data", "api.generators"},
    {"api.metrics", "api.trials", "api.blocks"},
    {"api", "text", "__init__", "_reading"},
    {
        "words",
        "files",
        "grid",
        "seeds",
        "registry",
        "fingerprint",
        "splits",
        "audit",
        "tables",
        "plugins",
        "settings",
        "checked",
    },
    {
        "config",
        "store",
        "export",
        "external",
        "contract.scaffold",
        "candidates",
        "plan",
        "reference",
        "scoring",
        "rendering.svg",
        "rendering.markdown",
        "statistics.moments",
        "statistics.compare",
        "statistics.noise",
        "statistics.chances",
        "statistics.standing",
        "statistics.multiple",
        "statistics.normalise",
        "statistics.board",
    },
    {"options"},
    {
        "manifest",
        "statistics.ranking",
        "tracked",
        "tracking",
        "rendering.draw",
        "rendering.merge",
        "rendering.chosen",
        "rendering.tried",
        "rendering.agree",
        "rendering.layout",
        "rendering.legend",
        "tuning.spaces",
        "tuning.objectives",
        "tuning.studies",
        "tuning.write",
    },
    {
        "rendering.render",
        "commands.listing",
        "commands.console",
        "commands.overview",
        "rendering.update",
    },
    {"gate.rule", "gate.damage"},
    {"gate.baseline"},
    {"gate.check", "gate.same", "gate.power", "gate.formats", "commands.gate_verbs"},
    {"contract.rule", "contract.generators", "contract.members"},
    {
        "rendering.formats",
        "rendering.latex",
        "rendering.records",
        "rendering.comparison",
        "rendering.comparison_page",
        "commands.watch",
    },
    {"execution.sandbox", "execution.processes", "execution.tasks", "execution.construct"},
    {"execution.workers", "execution.missing", "execution.fitting"},
    {"execution.trial", "execution.refit"},
    {"execution.schedule"},
    {"contract.made"},
    {"contract.datasets", "contract.families", "contract.sections"},
    {"testing"},
    {"contract.examine"},
    {"execution.cluster"},
    {"execution.runner"},
    {"commands.progress", "tuning.tune", "reproduction.study"},
    {"rows.card", "rows.task", "rows.parts", "rows.result"},
    {"rows.generate", "rows.evaluation", "execution.verify", "commands.doctor"},
    {"library", "commands.row_verbs"},
    {"reproduction.plan", "reproduction.agreement"},
    {"reproduction.fit", "reproduction.stored", "reproduction.spread"},
    {"reproduction.compared"},
    {"reproduction.page"},
    {"reproduction.reproduce"},
    {"commands.verbs", "commands.study_verbs", "commands.plugin_verbs"},
    {"cli"},
    {"__main__"},
)

ONLY_IN = {
    "torch": ("generators",),
    "ctgan": ("generators",),
    "sdv": ("generators",),
    "sdmetrics": ("bench/metrics", "generators"),
    "sklearn": ("bench/metrics", "bench/reference.py", "generators", "data"),
    "xgboost": ("bench/metrics", "bench/reference.py", "generators"),
    "optuna": ("bench/tuning/studies.py", "bench/tuning/spaces.py"),
    "typer": (
        "bench/cli.py",
        "bench/commands/verbs.py",
        "bench/commands/study_verbs.py",
        "bench/commands/gate_verbs.py",
        "bench/commands/row_verbs.py",
        "bench/commands/plugin_verbs.py",
    ),
    "rich": ("bench/commands/console.py", "bench/commands/progress.py"),
    "jinja2": ("bench/rendering/render.py",),
    "matplotlib": (
        "bench/rendering/draw.py",
        "bench/rendering/layout.py",
        "bench/rendering/legend.py",
        "bench/rendering/svg.py",
        "reports",
    ),
}


def sources() -> list[Path]:
    return [path for folder in ("bench", *PLUGINS) for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path, *, typing_too: bool = True) -> Iterator[tuple[str, int]]:
    """Absolute module names with the level of relative ones."""

    def walk(node: ast.AST) -> Iterator[tuple[str, int]]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not typing_too:
            return
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            yield base, node.level
            yield from ((f"{base}.{alias.name}", node.level) for alias in node.names)
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")))


def modules() -> dict[str, Path]:
    """The core's modules by their names within `bench`, but for metric families and the marks of folders."""
    found = (path.relative_to(ROOT / "bench") for path in sorted((ROOT / "bench").rglob("*.py")))
    named = {
        ".".join(path.with_suffix("").parts): ROOT / "bench" / path
        for path in found
        if path.parts[0] != "metrics" and (path.name != "__init__.py" or len(path.parts) == 1)
    }
    return {**named, "api": ROOT / "bench/api/__init__.py"}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_imports_a_plugin_by_name(path: Path) -> None:
    names = {name for name, level in imports(path) if level == 0}
    roots = {name.split(".")[0] for name in names}
    assert not roots & set(PLUGINS), "import through bench.registry, not from the checkout's folders"
    assert not {name for name in names if name.startswith(tuple(f"bench.{kind}" for kind in PLUGINS))}
    if path.parent.name in PLUGINS:
        allowed = {
            "api",
            "registry",
            "seeds",
            "text",
            "words",
            "grid",
            "statistics.ranking",
            "statistics.compare",
            "reproduction.study",
        }
        direct = {name.removeprefix("bench.") for name, level in imports(path, typing_too=False) if level == 0}
        core = direct & set(modules())
        assert core <= allowed, "a plugin imports the contract and pure helpers only"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_contract_has_one_door(path: Path) -> None:
    behind = {name for name, _ in imports(path) if name.startswith("bench.api.") and name.count(".") == 2}
    files = {f"bench.{name}" for name in modules() if name.startswith("api.")}
    assert path.parent.name == "api" or not behind & files, "import from bench.api, not from the files behind it"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    used = {name.split(".")[0] for name, level in imports(path) if level == 0}
    where = path.relative_to(ROOT).as_posix()
    wrong = {name for name in used & set(ONLY_IN) if not where.startswith(ONLY_IN[name])}
    assert not wrong


def test_imports_go_one_way() -> None:
    level = {name: depth for depth, names in enumerate(LAYERS) for name in names}
    for own, path in modules().items():
        for name, _ in imports(path, typing_too=False):
            other = name.removeprefix("bench.")
            if name.startswith("bench.") and other in level and other != own:
                assert level[other] <= level[own], f"{own} imports {other}"


def test_every_module_has_its_layer() -> None:
    known = set().union(*LAYERS)
    assert set(modules()) == known


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["reproduce", "--help"],
        ["tune", "--help"],
        ["generate", "--help"],
        ["evaluate", "--help"],
        ["new", "--help"],
        ["test-plugin", "--help"],
        ["check", "--help"],
        ["compare", "--help"],
        ["show", "--help"],
        ["split", "--help"],
        ["verify", "--help"],
        ["doctor", "--help"],
        ["--version"],
        ["list", "generators"],
        ["list", "datasets"],
        ["list", "metrics"],
    ],
    ids=" ".join,
)
def test_quick_commands_load_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom bench import cli\nsys.argv = ['bench', *sys.argv[1:]]\n"
        "try:\n    cli.main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('HEAVY', sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_planning_every_generator_loads_no_network() -> None:
    code = (
        "import sys\nfrom bench import cli\nsys.argv = ['bench', 'run', '--dry-run', '--generators', 'all']\n"
        "try:\n    cli.main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('LOADED', {'torch', 'ctgan', 'sdv'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED set()"
