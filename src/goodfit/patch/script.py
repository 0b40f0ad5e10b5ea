"""The user's source as a tree with positions, scopes and resolved imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import libcst as cst
import libcst.matchers as m
from libcst import metadata
from libcst.helpers import get_full_name_for_node

from goodfit.patch.changes import CannotEditError
from goodfit.patch.signatures import canonical


class Script:
    """One parsed source file; nodes are told apart by identity.

    Raises:
        CannotEditError: it is not Python source.
    """

    def __init__(self, source: str) -> None:

        self.source = source
        try:
            wrapper = metadata.MetadataWrapper(cst.parse_module(source))
        except cst.ParserSyntaxError as error:
            raise CannotEditError(f"the source cannot be parsed: {error.message}") from error
        self.module = wrapper.module
        self._parents = wrapper.resolve(metadata.ParentNodeProvider)
        self._positions = wrapper.resolve(metadata.PositionProvider)
        self._names = wrapper.resolve(metadata.QualifiedNameProvider)
        self._scopes = wrapper.resolve(metadata.ScopeProvider)

    # Places

    def line(self, node: cst.CSTNode) -> int:
        """The line on which the node begins."""
        return self._positions[node].start.line

    def begin(self, node: cst.CSTNode) -> tuple[int, int]:
        """Line and column of the node's begin."""
        start = self._positions[node].start
        return start.line, start.column

    def end(self, node: cst.CSTNode) -> tuple[int, int]:
        """Line and column of the node's end."""
        end = self._positions[node].end
        return end.line, end.column

    def parent(self, node: cst.CSTNode) -> Any:
        """The node that holds this one; None for the module."""
        return self._parents.get(node)

    def above(self, node: cst.CSTNode) -> Iterator[Any]:
        """The nodes around this one, innermost first."""
        found = self.parent(node)
        while found is not None:
            yield found
            found = self.parent(found)

    def statement(self, node: cst.CSTNode) -> Any:
        """The statement that holds the node: a line, or a compound statement's head."""

        for found in (node, *self.above(node)):
            if isinstance(found, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
                return found
        raise CannotEditError("it stands in no statement")

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The innermost function whose body holds the node."""

        return next((f for f in self.above(node) if isinstance(f, cst.FunctionDef)), None)

    def code(self, node: cst.CSTNode) -> str:
        """The node's own text."""
        return self.module.code_for_node(node)

    # Calls and names

    @cached_property
    def calls(self) -> tuple[cst.Call, ...]:
        """Every call, in the order of the source."""

        found: Any = m.findall(self.module, m.Call())
        return tuple(sorted(found, key=self.begin))

    def name(self, node: cst.CSTNode) -> str:
        """Dotted name with its imports resolved, or as it is written."""

        found = self._names.get(node, ())
        if callable(found):
            found = found()
        names = sorted(str(each.name) for each in found)
        return names[0] if names else get_full_name_for_node(node) or ""

    def called(self, call: cst.Call) -> str:
        """The class or method that is called: the last part of its name, as the class is named."""

        if isinstance(call.func, cst.Attribute) and not self._names.get(call.func):
            return canonical(call.func.attr.value)
        if not isinstance(call.func, (cst.Attribute, cst.Name)):
            return ""
        return canonical(self.name(call.func).rpartition(".")[2])

    def calls_at(self, line: int, kind: str) -> tuple[cst.Call, ...]:
        """Calls of a class or method that Python places on this line."""
        return tuple(
            call
            for call in self.calls
            if line in (self.line(call), self._name_line(call)) and self.called(call) == kind
        )

    def _name_line(self, call: cst.Call) -> int:

        return self.line(call.func.attr if isinstance(call.func, cst.Attribute) else call.func)

    # Variables

    def assignments(self, node: cst.CSTNode, name: str) -> tuple[Any, ...]:
        """What binds `name` as it is seen at the node: LibCST's assignments."""
        try:
            scope = self._scopes[self._scoped(node)]
        except KeyError:
            return ()
        return tuple(scope[name]) if scope is not None and name in scope else ()

    def _scoped(self, node: cst.CSTNode) -> Any:
        return next(n for n in (node, *self.above(node)) if n in self._scopes)

    def bound(self, node: cst.CSTNode, name: str) -> cst.Assign | None:
        """The single plain assignment `name = ...` that the node sees; None where there are
        several, or another kind of binding."""

        found = self.assignments(node, name)
        if len(found) != 1 or not hasattr(found[0], "node"):
            return None
        target = self.parent(found[0].node)
        statement = self.parent(target) if isinstance(target, cst.AssignTarget) else None
        if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
            return statement
        return None

    def references(self, node: cst.CSTNode, name: str) -> tuple[Any, ...]:
        """Where `name`, as the node sees it, is read, in the order of the source."""
        found = {access.node for each in self.assignments(node, name) for access in each.references}
        return tuple(sorted(found, key=self.begin))

    def free_name(self, wanted: str) -> str:
        """The wanted name, with a number where it is taken."""

        taken = {n.value for n in m.findall(self.module, m.Name()) if isinstance(n, cst.Name)}
        name, number = wanted, 2
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        return name

    def find(self, fits: Callable[[cst.Call], bool]) -> tuple[cst.Call, ...]:
        """The calls that fit."""
        return tuple(call for call in self.calls if fits(call))


def argument(
    call: cst.Call, option: str, positions: Sequence[str]
) -> tuple[int, cst.Arg] | tuple[None, None]:
    """The argument of a call that gives an option, by name or by position, and its place.

    Raises:
        CannotEditError: arguments are unpacked with a star, so that it cannot be told.
    """
    for place, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == option:
            return place, arg
    place_of = list(positions).index(option) if option in positions else 0
    for place, arg in enumerate(call.args):
        # A single star stands for two things at most, such as features and targets.
        if arg.star == "**" or (arg.star and place_of < place + 2):
            raise CannotEditError("its arguments are unpacked with a star")
    for place, arg in enumerate(call.args):
        if arg.keyword is None and place < len(positions) and positions[place] == option:
            return place, arg
    return None, None
