"""Lines that an edit made too long are broken at their brackets, as formatters do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import libcst as cst
from libcst import metadata

WIDTH = 100
_ROUNDS = 40


def wrapped(source: str, original: str) -> str:
    """The source with its new lines broken where they are longer than the script's own."""
    own = original.splitlines()
    width = max([WIDTH, *map(len, own)])
    known = set(own)
    for _ in range(_ROUNDS):
        lines = source.splitlines()
        long = [
            number
            for number, line in enumerate(lines, start=1)
            if len(line) > width and line not in known
        ]
        broken = _broken(source, long, width) if long else None
        if broken is None:
            break
        source = broken
    return source


def _broken(source: str, long: Collection[int], width: int) -> str | None:
    """The source with one bracket broken up; None where there is none to break."""
    wrapper = metadata.MetadataWrapper(cst.parse_module(source))
    positions: Any = wrapper.resolve(metadata.PositionProvider)
    parents: Any = wrapper.resolve(metadata.ParentNodeProvider)
    finder = _Brackets(positions, long)
    wrapper.module.visit(finder)
    if not finder.found:
        return None
    node = max(finder.found, key=lambda each: _size(wrapper.module, each))
    line = positions[node].start.line
    text = source.splitlines()[line - 1]
    statement = node
    while not isinstance(statement, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
        statement = parents[statement]
    inside = len(text) - len(text.lstrip()) - positions[statement].start.column
    new = _exploded(wrapper.module, node, inside, positions[statement].start.column, width)
    return wrapper.module.deep_replace(node, new).code


class _Brackets(cst.CSTVisitor):
    """Finds calls and lists that stand on one of the lines as a whole."""

    def __init__(self, positions: Any, lines: Collection[int]) -> None:
        super().__init__()
        self._positions = positions
        self._lines = lines
        self.found: list[Any] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.Call, cst.List, cst.Dict)) and _items(node):
            first, last = _items(node)[0], _items(node)[-1]
            begin, end = self._positions[first].start.line, self._positions[last].end.line
            if not _opened(node) and begin == end and begin in self._lines:
                self.found.append(node)
        return True


def _opened(node: cst.Call | cst.List | cst.Dict) -> bool:
    """Whether it is broken up already."""
    if isinstance(node, cst.Call):
        return isinstance(node.whitespace_before_args, cst.ParenthesizedWhitespace)
    opening = node.lbracket if isinstance(node, cst.List) else node.lbrace
    return isinstance(opening.whitespace_after, cst.ParenthesizedWhitespace)


def _items(node: cst.Call | cst.List | cst.Dict) -> Sequence[Any]:
    return node.args if isinstance(node, cst.Call) else node.elements


def _size(module: cst.Module, node: Any) -> int:
    return sum(len(module.code_for_node(item)) for item in _items(node))


def _exploded(module: cst.Module, node: Any, inside: int, column: int, width: int) -> Any:
    """The call or list with its items on lines of their own: on one, or on one each."""
    indent = inside + 4
    items = [item.with_changes(comma=cst.MaybeSentinel.DEFAULT) for item in _items(node)]
    together = ", ".join(module.code_for_node(item) for item in items)
    single = len(items) == 1 or (
        column + indent + len(together) <= width and not isinstance(node, cst.List)
    )
    gap = cst.SimpleWhitespace(" ") if single else _line(indent)
    written = [item.with_changes(comma=cst.Comma(whitespace_after=gap)) for item in items[:-1]]
    comma: Any = cst.MaybeSentinel.DEFAULT if single else cst.Comma()
    if isinstance(node, cst.Dict):
        return node.with_changes(
            elements=[*written, items[-1].with_changes(comma=comma)],
            lbrace=cst.LeftCurlyBrace(whitespace_after=_line(indent)),
            rbrace=cst.RightCurlyBrace(whitespace_before=_line(inside)),
        )
    if isinstance(node, cst.List):
        if not single and all(_number(item.value) for item in items):
            written = _packed(module, items[:-1], indent, width - column)
        last = items[-1].with_changes(comma=comma)
        return node.with_changes(
            elements=[*written, last],
            lbracket=cst.LeftSquareBracket(whitespace_after=_line(indent)),
            rbracket=cst.RightSquareBracket(whitespace_before=_line(inside)),
        )
    if single:
        last = items[-1].with_changes(comma=comma, whitespace_after_arg=_line(inside))
    else:
        last = items[-1].with_changes(comma=cst.Comma(whitespace_after=_line(inside)))
    return node.with_changes(args=[*written, last], whitespace_before_args=_line(indent))


def _number(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.UnaryOperation):
        return _number(node.expression)
    return isinstance(node, cst.BaseNumber)


def _packed(module: cst.Module, items: Sequence[Any], indent: int, width: int) -> list[Any]:
    """Numbers with as many on a line as fit."""
    written, used = [], indent
    for item in items:
        used += len(module.code_for_node(item)) + 2
        # Room for the next number, which is about as long as they get.
        full = used + 14 > width
        gap = _line(indent) if full else cst.SimpleWhitespace(" ")
        used = indent if full else used
        written.append(item.with_changes(comma=cst.Comma(whitespace_after=gap)))
    return written


def _line(indent: int) -> cst.ParenthesizedWhitespace:
    return cst.ParenthesizedWhitespace(
        first_line=cst.TrailingWhitespace(whitespace=cst.SimpleWhitespace("")),
        indent=True,
        last_line=cst.SimpleWhitespace(" " * indent),
    )
