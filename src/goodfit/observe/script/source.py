"""The script's own source, read by `ast`: which names of Keras it uses. Nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from goodfit.facts import ApiCall, Facts, ScriptFacts, SourceLine

_ROOTS = ("keras", "tensorflow", "tf_keras")
_MOST = 2_000  # calls; a generated script must not fill the report


def _statements(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """All nodes, in order of lines, but for what a script expects to fail."""
    for node in nodes:
        if isinstance(node, ast.Try) and node.handlers:
            yield from _statements([*node.orelse, *node.finalbody])
        elif isinstance(node, ast.If) and "version" in ast.dump(node.test).lower():
            continue
        else:
            yield node
            yield from _statements(list(ast.iter_child_nodes(node)))


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """(the name in the script, the dotted name it stands for)."""
    if isinstance(node, ast.ImportFrom):
        if node.module and not node.level:
            for name in node.names:
                yield name.asname or name.name, f"{node.module}.{name.name}"
        return
    for name in node.names:
        if name.asname:
            yield name.asname, name.name
        else:
            yield name.name.split(".")[0], name.name.split(".")[0]


def _of_keras(name: str) -> bool:
    return name.split(".")[0] in _ROOTS


class _Reader:
    def __init__(self, path: Path, text: str) -> None:
        self._file = str(path)
        self._lines = text.splitlines()
        self._aliases: dict[str, str] = {}
        self.imports: list[ApiCall] = []
        self.calls: list[ApiCall] = []
        self.assigned: list[ApiCall] = []

    def read(self, tree: ast.Module) -> None:
        nodes = list(_statements(tree.body))
        for node in ast.walk(tree):  # also those that may fail give names to the rest
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._aliases.update(_imported(node))
        for node in nodes:  # the script's own function of that name hides what was imported
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self._aliases.pop(node.name, None)
        for node in nodes:
            self._look(node)

    def _look(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            self._import(node, [name.name for name in node.names])
        elif isinstance(node, ast.ImportFrom):
            self._import(node, [name for _, name in _imported(node)])
        elif isinstance(node, ast.Call):
            self._note(self.calls, node.func, node, node.keywords)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute):
                    self._note(self.assigned, target, node)

    def _import(self, node: ast.stmt, names: Sequence[str]) -> None:
        where = self._where(node.lineno)
        self.imports += [ApiCall(name=name, where=where) for name in names if _of_keras(name)]

    def _note(
        self,
        into: list[ApiCall],
        what: ast.expr,
        node: ast.Call | ast.Assign,
        words: Sequence[ast.keyword] = (),
    ) -> None:
        name = self._name(what)
        if not name or len(into) >= _MOST:
            return
        line = what.end_lineno or node.lineno  # of a chain over lines, the call's own
        given = {word.arg: word.value for word in words if word.arg}
        true = (
            name
            for name, value in given.items()
            if isinstance(value, ast.Constant) and value.value is True
        )
        call = ApiCall(name=name, keywords=tuple(given), true=tuple(true), where=self._where(line))
        into.append(call)

    def _name(self, what: ast.expr) -> str:
        """The dotted name with its import resolved; from the last dots on where what stands in
        front of them is not a module or class that was imported."""
        if isinstance(what, ast.Call):
            called = self._name(what.func)
            return f"{called}()" if called else ""
        parts: list[str] = []
        while isinstance(what, ast.Attribute):
            parts.insert(0, what.attr)
            what = what.value
        if isinstance(what, ast.Name) and what.id in self._aliases:
            return ".".join([self._aliases[what.id], *parts])
        if parts:
            return "." + ".".join(parts)
        return what.id if isinstance(what, ast.Name) else ""

    def _where(self, line: int) -> SourceLine:
        text = self._lines[line - 1].strip() if 0 < line <= len(self._lines) else ""
        return SourceLine(file=self._file, line=line, text=text)


def script_facts(path: Path) -> ScriptFacts:
    """The names of Keras and TensorFlow that the script at `path` imports, and all its calls, in
    order of lines.

    Raises:
        OSError: the file cannot be read.
        SyntaxError, ValueError: it is not Python source.
    """
    data = path.read_bytes()
    tree = ast.parse(data)
    reader = _Reader(path, data.decode("utf-8", errors="replace"))
    reader.read(tree)
    return ScriptFacts(
        imports=tuple(reader.imports), calls=tuple(reader.calls), assigned=tuple(reader.assigned)
    )


def with_script(fits: Sequence[Facts], path: Path) -> tuple[Facts, ...]:
    """The facts of a script's fits with those of its source. Raises as `script_facts` does."""
    found = script_facts(path)
    return tuple(replace(facts, script=found) for facts in fits)
