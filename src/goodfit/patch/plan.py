"""What is to be done to which node, gathered first and then applied in one walk over the tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import libcst as cst

from goodfit.patch.script import Script
from goodfit.patch.sequences import changed

Rewrite = Callable[[Any], Any]


class Plan:
    """The edits of one script. Nodes are those of the script's own tree; a rewrite gets the node
    with the edits of its parts done already."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._rewrites: dict[cst.CSTNode, list[Rewrite]] = defaultdict(list)
        self._items: dict[cst.CSTNode, dict[int, list[Any]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._dropped: dict[cst.CSTNode, set[int]] = defaultdict(set)
        self._before: dict[cst.CSTNode, list[str]] = defaultdict(list)
        self._after: dict[cst.CSTNode, list[str]] = defaultdict(list)
        self._gone: set[cst.CSTNode] = set()
        self.names: list[str] = []
        self._imports: list[tuple[str, str | None]] = []

    def rewrite(self, node: cst.CSTNode, change: Rewrite) -> None:
        """Put in the node's place what `change` makes of it."""
        self._rewrites[node].append(change)

    def put(self, node: cst.CSTNode, code: str) -> None:
        """Put an expression in the node's place."""
        self.rewrite(node, lambda _: cst.parse_expression(code))

    def wrap(self, node: cst.CSTNode, head: str, tail: str) -> None:
        """Put `head`, the expression as it then is, and `tail` in the expression's place."""
        module = self.script.module

        def around(now: Any) -> Any:
            return cst.parse_expression(f"{head}{module.code_for_node(now)}{tail}")

        self.rewrite(node, around)

    def insert_item(self, sequence: cst.CSTNode, place: int, code: str) -> None:
        """Put an expression into a list, in front of the item at `place`."""
        self._items[sequence][place].append(cst.Element(cst.parse_expression(code)))

    def insert_argument(self, call: cst.Call, place: int, name: str | None, code: str) -> None:
        """Put an argument into a call, in front of the one at `place`."""
        arg = cst.Arg(
            cst.parse_expression(code),
            keyword=None if name is None else cst.Name(name),
            equal=cst.MaybeSentinel.DEFAULT if name is None else _EQUAL,
        )
        self._items[call][place].append(arg)

    def drop_item(self, sequence: cst.CSTNode, place: int) -> None:
        """Take an item out of a list, or an argument out of a call."""
        self._dropped[sequence].add(place)

    def insert_before(self, statement: cst.CSTNode, *lines: str) -> None:
        """Put statements in front of this one."""
        self._before[statement] += lines

    def insert_after(self, statement: cst.CSTNode, *lines: str) -> None:
        """Put statements behind this one."""
        self._after[statement] += lines

    def drop(self, statement: cst.CSTNode) -> None:
        """Take a statement out."""
        self._gone.add(statement)

    def need(self, module: str, name: str | None = None) -> None:
        """Import a module, or a name from it, unless that is done already."""
        if (module, name) not in self._imports:
            self._imports.append((module, name))

    def applied(self) -> str:
        """The edited source."""
        tree = self.script.module.visit(_Walk(self))
        for module, name in self._imports:
            tree = _imported(tree, module, name)
        return tree.code

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Forget what was planned inside where it ends in an exception."""
        kept = {name: copied(value) for name, value in vars(self).items() if name != "script"}
        try:
            yield
        except Exception:
            vars(self).update(kept)
            raise

    # What the walk asks

    def rewritten(self, old: cst.CSTNode, new: Any) -> Any:
        """The node with its edits."""
        if old in self._items or old in self._dropped:
            new = changed(new, self._items.get(old, {}), self._dropped.get(old, set()))
        for change in self._rewrites.get(old, ()):
            new = change(new)
        return new

    def around(self, old: cst.CSTNode, new: Any) -> Any:
        """The statement, with those before and behind it."""
        before, after = self._before.get(old, []), self._after.get(old, [])
        if old in self._gone and not before and not after:
            return cst.RemoveFromParent()
        if not before and not after:
            return new
        config = self.script.module.config_for_parsing
        first = [cst.parse_statement(line, config=config) for line in before]
        last = [cst.parse_statement(line, config=config) for line in after]
        middle = [] if old in self._gone else [new]
        if first and middle:
            first[0], middle[0] = _led(first[0], new)
        return cst.FlattenSentinel([*first, *middle, *last])


def copied(value: Any) -> Any:
    """A copy of nested containers that shares what they hold."""
    if isinstance(value, defaultdict):
        return defaultdict(value.default_factory, {key: copied(v) for key, v in value.items()})
    if isinstance(value, list):
        return list(value)
    return set(value) if isinstance(value, set) else value


_EQUAL = cst.AssignEqual(
    whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace("")
)


class _Walk(cst.CSTTransformer):
    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        """Called by LibCST behind every node."""
        node = self._plan.rewritten(original_node, updated_node)
        if isinstance(original_node, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
            return self._plan.around(original_node, node)
        return node


def _led(first: Any, statement: Any) -> tuple[Any, Any]:
    """Blank lines move in front of the new statement, comments stay with their own."""
    lines = list(statement.leading_lines)
    blank = 0
    while blank < len(lines) and lines[blank].comment is None:
        blank += 1
    return (
        first.with_changes(leading_lines=[*lines[:blank], *first.leading_lines]),
        statement.with_changes(leading_lines=lines[blank:]),
    )


def _imported(tree: cst.Module, module: str, name: str | None) -> cst.Module:
    """The module with an import: into a `from` line of that module where there is one, else behind
    the last import at the top."""
    body = list(tree.body)
    last = -1
    for place, statement in enumerate(body):
        if not isinstance(statement, cst.SimpleStatementLine):
            continue
        for small in statement.body:
            if not isinstance(small, (cst.Import, cst.ImportFrom)):
                continue
            last = place
            if name and isinstance(small, cst.ImportFrom) and _from(small) == module:
                line = statement.with_changes(
                    body=[
                        _with_name(each, name) if each is small else each for each in statement.body
                    ]
                )
                return tree.with_changes(body=[*body[:place], line, *body[place + 1 :]])
    code = f"from {module} import {name}" if name else f"import {module}"
    new = cst.parse_statement(code, config=tree.config_for_parsing)
    if last < 0 and body and _docstring(body[0]):
        last = 0
    body.insert(last + 1, new)
    return tree.with_changes(body=body)


def _from(node: cst.ImportFrom) -> str:
    code = cst.Module([]).code_for_node(node.module) if node.module is not None else ""
    return code if not node.relative and not isinstance(node.names, cst.ImportStar) else ""


def _with_name(node: cst.ImportFrom, name: str) -> cst.ImportFrom:
    if isinstance(node.names, cst.ImportStar):
        return node
    names = list(node.names)
    if any(alias.evaluated_name == name and alias.asname is None for alias in names):
        return node
    last = names[-1]
    comma = names[0].comma if len(names) > 1 else cst.MaybeSentinel.DEFAULT
    if not isinstance(comma, cst.Comma):
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    new = cst.ImportAlias(cst.Name(name), comma=last.comma)
    return node.with_changes(names=[*names[:-1], last.with_changes(comma=comma), new])


def _docstring(statement: Any) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(
        statement.body[0], cst.Expr
    )
