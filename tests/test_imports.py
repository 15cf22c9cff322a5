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
    {"api", "text", "__init__", "_reading"},
    {"_words", "files", "grid", "seeds", "registry", "fingerprint", "splits", "audit", "tables", "plugins", "scaffold"},
    {
        "config",
        "store",
        "external",
        "plan",
        "scoring",
        "svg",
        "markdown",
        "compare",
        "standing",
        "multiple",
        "normalise",
        "board",
    },
    {"options"},
    {
        "manifest",
        "ranking",
        "reference",
        "draw",
        "merge",
        "chosen",
        "_agree",
        "_layout",
        "_tune_space",
        "_tune_objective",
        "_tune_study",
        "_tune_write",
    },
    {"trial", "render", "listing", "console", "overview", "update"},
    {"_check_rule"},
    {"baseline"},
    {"check", "_check_same", "_check_formats", "gate_verbs"},
    {"_testing_check", "_testing_generators", "_testing_members"},
    {"formats", "_formats_latex", "_formats_records", "comparison", "_comparison_page", "watch"},
    {"sandbox"},
    {"workers", "missing"},
    {"schedule"},
    {"_testing_made"},
    {"_testing_others"},
    {"testing"},
    {"examine"},
    {"cluster"},
    {"runner"},
    {"progress", "tune", "study"},
    {"_refit", "_card", "_generate_task", "_evaluation_parts", "_evaluation_result"},
    {"generate", "evaluation", "verify", "doctor"},
    {"library", "row_verbs"},
    {"_reproduce_plan"},
    {"_reproduce_fit", "_reproduce_page"},
    {"reproduce"},
    {"verbs", "plugin_verbs"},
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
    "optuna": ("bench/_tune_study.py", "bench/_tune_space.py"),
    "typer": ("bench/cli.py", "bench/verbs.py", "bench/gate_verbs.py", "bench/row_verbs.py", "bench/plugin_verbs.py"),
    "rich": ("bench/console.py", "bench/progress.py"),
    "jinja2": ("bench/render.py",),
    "matplotlib": ("bench/draw.py", "bench/_layout.py", "bench/svg.py", "reports"),
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


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_imports_a_plugin_by_name(path: Path) -> None:
    names = {name for name, level in imports(path) if level == 0}
    roots = {name.split(".")[0] for name in names}
    assert not roots & set(PLUGINS), "import through bench.registry, not from the checkout's folders"
    assert not {name for name in names if name.startswith(tuple(f"bench.{kind}" for kind in PLUGINS))}
    if path.parent.name in PLUGINS:
        allowed = {
            "bench",
            "bench.api",
            "bench.registry",
            "bench.seeds",
            "bench.text",
            "bench.ranking",
            "bench.grid",
            "bench.compare",
            "bench.study",
        }
        direct = {".".join(name.split(".")[:2]) for name, level in imports(path, typing_too=False) if level == 0}
        core = {name for name in direct if name.split(".")[0] == "bench"}
        assert core <= allowed, "a plugin imports the contract and pure helpers only"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    used = {name.split(".")[0] for name, level in imports(path) if level == 0}
    where = path.relative_to(ROOT).as_posix()
    wrong = {name for name in used & set(ONLY_IN) if not where.startswith(ONLY_IN[name])}
    assert not wrong


def test_imports_go_one_way() -> None:
    level = {name: depth for depth, names in enumerate(LAYERS) for name in names}
    for path in sorted((ROOT / "bench").glob("*.py")):
        for name, _ in imports(path, typing_too=False):
            parts = name.split(".")
            if parts[0] == "bench" and len(parts) == 2 and parts[1] in level and parts[1] != path.stem:
                assert level[parts[1]] <= level[path.stem], f"{path.stem} imports {parts[1]}"


def test_every_module_has_its_layer() -> None:
    known = set().union(*LAYERS)
    assert {path.stem for path in (ROOT / "bench").glob("*.py")} == known


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["reproduce", "--help"],
        ["tune", "--help"],
        ["generate", "--help"],
        ["evaluate", "--help"],
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
