"""Turns Python source into a text that says what the code does; code digests are made of it.

The text leaves out comments, blank lines, docstrings, the order and place of imports, imports for type checkers, and
the paths and names of modules that belong to the code itself. It keeps constants, operators, defaults and the names of
functions.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

MARK = "\0"
"""Stands before and after the name of a module of the code itself in `Meaning.text`; sources do not hold it."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one module does.

    Attributes:
        text: the syntax tree; a module of the code itself stands as its name between two `MARK`.
        modules: the modules of the code itself that it imports when it runs, imports within functions included.
    """

    text: str
    modules: frozenset[str] = frozenset()

    def replaced(self, names: Mapping[str, str]) -> str:
        """Returns the text with module names replaced, by the empty string if a name is not given."""
        parts = self.text.split(MARK)
        return "".join(names.get(part, "") if index % 2 else part for index, part in enumerate(parts))


def meaning(source: bytes, package: str, is_own: Callable[[str], bool]) -> Meaning:
    """Returns what a module does.

    Args:
        source: the content of the file.
        package: the package that relative imports refer to; empty outside a package.
        is_own: tells whether a dotted name is a module that belongs to the code itself.

    Raises:
        SyntaxError, ValueError: if the source is not valid Python.
        ImportError: if a relative import goes beyond the outermost package.
    """
    tree = ast.parse(source)
    imports = _Imports(package, is_own)
    for node in _running_nodes(tree):
        imports.read(node)
    head = "".join(f"{statement};" for statement in sorted(imports.statements))
    return Meaning(head + _text(tree, imports), frozenset(imports.modules))


def _running_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all nodes below it, without blocks that only type checkers read."""
    if not _is_for_typing(node):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _running_nodes(child)


def _is_for_typing(node: object) -> bool:
    if not isinstance(node, ast.If) or node.orelse:
        return False
    return getattr(node.test, "id", getattr(node.test, "attr", "")) == "TYPE_CHECKING"


@dataclass(slots=True)
class _Imports:
    """What a module's import statements bind.

    Attributes:
        package, is_own: see `meaning`.
        statements: imports of other packages, and of names in modules of the code itself.
        bound: local name -> module of the code itself.
        dotted: modules of the code itself that are imported as `import a.b`.
        modules: all imported modules of the code itself.
    """

    package: str
    is_own: Callable[[str], bool]
    statements: set[str] = field(default_factory=set)
    bound: dict[str, str] = field(default_factory=dict)
    dotted: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)

    def read(self, node: ast.AST) -> None:
        """Takes in the node if it is an import."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._read_module(alias.name, alias.asname)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            source = importlib.util.resolve_name(base, self.package) if node.level and self.package else base
            for alias in node.names:
                self._read_name(source, alias.name, alias.asname or alias.name)

    def _read_module(self, name: str, local: str | None) -> None:
        if not self.is_own(name):
            self.statements.add(f"import {name} as {local}")
            return
        self.modules.add(name)
        if local:
            self.bound[local] = name
        else:
            self.dotted.add(name)

    def _read_name(self, source: str, name: str, local: str) -> None:
        if self.is_own(f"{source}.{name}"):
            self._read_module(f"{source}.{name}", local)
        elif self.is_own(source):
            self.modules.add(source)
            self.statements.add(f"from {MARK}{source}{MARK} import {name} as {local}")
        else:
            self.statements.add(f"from {source} import {name} as {local}")

    def module_of(self, node: ast.AST) -> str | None:
        """Returns the module of the code itself that an expression stands for."""
        if isinstance(node, ast.Name):
            return self.bound.get(node.id)
        if isinstance(node, ast.Attribute) and self.dotted:
            dotted = ast.unparse(node)
            return dotted if dotted in self.dotted else None
        return None


def _text(node: object, imports: _Imports) -> str:
    """A node as text, the same under every version of Python."""
    if isinstance(node, list):
        kept = [item for item in node if not (isinstance(item, ast.Import | ast.ImportFrom) or _is_for_typing(item))]
        return f"[{','.join(_text(item, imports) for item in kept)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.Constant):
        # Not `repr`: which characters it escapes depends on the version of Python.
        return f"{type(node.value).__name__}:{node.value!a}"
    if (module := imports.module_of(node)) is not None:
        return f"{MARK}{module}{MARK}"
    return f"{type(node).__name__}({','.join(f'{name}={_text(value, imports)}' for name, value in _fields(node))})"


def _fields(node: ast.AST) -> Iterator[tuple[str, object]]:
    """The fields of a node that are not empty, without docstrings, also of attributes.

    The empty strings are left out that Python adds to f-strings from version 3.12 on.
    """
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(value, list):
            value = [item for item in value if not (isinstance(item, ast.Expr) and _is_string(item.value))]
        elif isinstance(node, ast.JoinedStr):
            value = [item for item in value if not (_is_string(item) and not item.value)]
        if name not in ("ctx", "kind", "type_comment", "type_ignores") and value is not None and value != []:
            yield name, value


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
