"""Turns Python source into a text that says what the code does; code digests are made of it.

The text leaves out comments, blank lines, docstrings, the order and place of imports, imports for type checkers, and
the paths and names of modules that belong to the code itself. It keeps constants, operators, defaults and the names of
functions.
"""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MARK = "\0"
"""Stands before and after the name of a module of the code itself in `Meaning.text`; sources do not hold it."""

_NOT_MEANING = ("ctx", "kind", "type_comment", "type_ignores")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one module does.

    Attributes:
        text: the syntax tree; a module of the code itself stands as its name between two `MARK`.
        modules: the modules of the code itself that it imports when it runs, imports within functions included.
    """

    text: str
    modules: frozenset[str]

    def replaced(self, names: Mapping[str, str]) -> str:
        """Returns the text with module names replaced, by the empty string if a name is not given."""
        parts = self.text.split(MARK)
        return "".join(names.get(part, "") if index % 2 else part for index, part in enumerate(parts))


@dataclass(slots=True)
class _Imports:
    """What a module's import statements bind.

    Attributes:
        statements: imports of other packages, and of names in modules of the code itself.
        bound: local name -> module of the code itself.
        dotted: modules of the code itself that are imported as `import a.b`.
        modules: all imported modules of the code itself.
    """

    statements: set[str] = field(default_factory=set)
    bound: dict[str, str] = field(default_factory=dict)
    dotted: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)


def meaning(source: bytes, package: str, is_own: Callable[[str], bool]) -> Meaning:
    """Returns what a module does.

    Args:
        source: the content of the file.
        package: the package that relative imports refer to; empty outside a package.
        is_own: tells whether a dotted name is a module that belongs to the code itself.

    Raises:
        SyntaxError: if the source is not valid Python.
    """
    tree = ast.parse(source)
    imports = _Imports()
    for node in _running(tree):
        _read_import(node, package, is_own, imports)
    head = "".join(f"{statement};" for statement in sorted(imports.statements))
    return Meaning(head + _text(tree, imports), frozenset(imports.modules))


def _running(node: ast.AST) -> list[ast.AST]:
    """A node and all nodes below it, without blocks that only type checkers read."""
    if _only_for_typing(node):
        return []
    return [node, *(inner for child in ast.iter_child_nodes(node) for inner in _running(child))]


def _only_for_typing(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    name = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
    return name == "TYPE_CHECKING" and not node.orelse


def _read_import(node: ast.AST, package: str, is_own: Callable[[str], bool], imports: _Imports) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            _read_module(alias, is_own, imports)
    elif isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        source = importlib.util.resolve_name(base, package) if node.level and package else base
        for alias in node.names:
            _read_name(alias, source, is_own, imports)


def _read_module(alias: ast.alias, is_own: Callable[[str], bool], imports: _Imports) -> None:
    if not is_own(alias.name):
        imports.statements.add(f"import {alias.name} as {alias.asname}")
        return
    imports.modules.add(alias.name)
    if alias.asname:
        imports.bound[alias.asname] = alias.name
    else:
        imports.dotted.add(alias.name)


def _read_name(alias: ast.alias, source: str, is_own: Callable[[str], bool], imports: _Imports) -> None:
    local = alias.asname or alias.name
    if is_own(f"{source}.{alias.name}"):
        imports.modules.add(f"{source}.{alias.name}")
        imports.bound[local] = f"{source}.{alias.name}"
    elif is_own(source):
        imports.modules.add(source)
        imports.statements.add(f"from {MARK}{source}{MARK} import {alias.name} as {local}")
    else:
        imports.statements.add(f"from {source} import {alias.name} as {local}")


def _text(node: object, imports: _Imports) -> str:
    """A node as text. Empty fields are left out, so that the text is the same under every version of Python."""
    if isinstance(node, list):
        return f"[{','.join(_text(item, imports) for item in node if not _is_without_meaning(item))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.Constant):
        return f"{type(node.value).__name__}:{node.value!r}"
    if (module := _module(node, imports)) is not None:
        return f"{MARK}{module}{MARK}"
    parts = [
        f"{name}={_text(value, imports)}"
        for name, value in ast.iter_fields(_without_docstring(node))
        if name not in _NOT_MEANING and value is not None and value != []
    ]
    return f"{type(node).__name__}({','.join(parts)})"


def _is_without_meaning(node: object) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) or (isinstance(node, ast.AST) and _only_for_typing(node))


def _module(node: ast.AST, imports: _Imports) -> str | None:
    """The module of the code itself that an expression stands for."""
    if isinstance(node, ast.Name):
        return imports.bound.get(node.id)
    if isinstance(node, ast.Attribute) and imports.dotted:
        dotted = ast.unparse(node)
        return dotted if dotted in imports.dotted else None
    return None


def _without_docstring(node: ast.AST) -> ast.AST:
    """The node, or a copy without the strings that stand alone in its body: docstrings, also of attributes."""
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return node
    kept = [statement for statement in body if not _is_docstring(statement)]
    return type(node)(**{**dict(ast.iter_fields(node)), "body": kept})


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
