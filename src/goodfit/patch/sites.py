"""Where the source makes each layer, and what it does with it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from goodfit.facts import Facts, LayerFacts, SourceLine
from goodfit.patch.changes import CannotEditError
from goodfit.patch.script import Script
from goodfit.patch.signatures import canonical


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Made:
    """The call that makes a layer, and the paths of all layers that it makes, in order."""

    call: cst.Call
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Item:
    """The layer stands in a list of layers."""

    sequence: cst.List | cst.Tuple
    place: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Added:
    """The layer is added by a statement: `model.add(...)`; `head` is the "model.add"."""

    statement: cst.SimpleStatementLine
    head: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Applied:
    """The layer is called on a tensor. `target` is the name that the answer is given by a statement
    of its own, None where it goes into another expression."""

    call: cst.Call
    statement: cst.SimpleStatementLine | cst.BaseCompoundStatement
    target: str | None = None

    @property
    def tensor(self) -> cst.BaseExpression:
        """What it is called on.

        Raises:
            CannotEditError: not on one thing alone.
        """
        plain = [arg for arg in self.call.args if arg.keyword is None and not arg.star]
        if len(plain) != 1:
            raise CannotEditError("it is called on several things")
        return plain[0].value


Use = Item | Added | Applied


class Sites:
    """Finds layers and calls by the lines that the facts tell."""

    def __init__(self, script: Script, path: str, facts: Facts) -> None:
        self._script = script
        self._path = os.path.abspath(path)
        self._layers: tuple[LayerFacts, ...] = () if facts.model is None else facts.model.layers

    def own_line(self, where: SourceLine | None) -> int:
        """The line in this file.

        Raises:
            CannotEditError: it is not known, or in another file.
        """
        if where is None:
            raise CannotEditError("no line of the source is known to make it")
        if os.path.abspath(where.file) != self._path:
            raise CannotEditError(f"it is made in another file ({where.file}, line {where.line})")
        return where.line

    def call(self, where: SourceLine | None, kind: str) -> cst.Call:
        """The one call of a class or method on a line.

        Raises:
            CannotEditError: there is none, or more than one.
        """
        line = self.own_line(where)
        found = self._script.calls_at(line, kind)
        if len(found) != 1:
            raise CannotEditError(_count(len(found), kind, line))
        return found[0]

    def layer(self, path: str) -> LayerFacts:
        """What is known of the layer.

        Raises:
            CannotEditError: nothing.
        """
        for layer in self._layers:
            if layer.path == path:
                return layer
        raise CannotEditError(f"no line of the source is known to make the layer {path!r}")

    def made(self, path: str) -> Made:
        """The call that makes the layer at `path`.

        Raises:
            CannotEditError: it cannot be told, e.g. where the model is built dynamically.
        """
        layer = self.layer(path)
        line = self.own_line(layer.where)
        kind = canonical(layer.type)
        beside = [
            other.path
            for other in self._layers
            if other.where is not None
            and other.where.line == line
            and canonical(other.type) == kind
            and other.where.file == layer.where.file  # type: ignore[union-attr]
        ]
        calls = sorted(self._script.calls_at(line, kind), key=self._computed)
        if not calls:
            raise CannotEditError(_count(0, kind, line))
        if len(beside) % len(calls):
            raise CannotEditError(f"line {line} makes {len(beside)} layers by {len(calls)} calls")
        place = beside.index(path) % len(calls)
        return Made(call=calls[place], paths=tuple(beside[place :: len(calls)]))

    def _computed(self, call: cst.Call) -> tuple[int, int]:
        """Orders calls on one line as their layers compute: what is applied last comes last."""
        parent = self._script.parent(call)
        applied = isinstance(parent, cst.Call) and parent.func is call
        return self._script.end(parent if applied else call)

    def uses(self, made: Made) -> tuple[Use, ...]:
        """What the source does with the layers of a call.

        Raises:
            CannotEditError: something that is not understood.
        """
        script = self._script
        parent = script.parent(made.call)
        if not isinstance(parent, cst.Assign):
            return (self._use(made.call),)
        name = _target(parent)
        if name is None or script.bound(made.call, name) is not parent:
            raise CannotEditError("the layer is kept under a name of which more is done")
        references = [
            node
            for node in script.references(made.call, name)
            if not isinstance(script.parent(node), cst.Attribute)
        ]
        if not references:
            raise CannotEditError("it is not seen where the layer is used")
        return tuple(self._use(node) for node in references)

    def _use(self, node: cst.CSTNode) -> Use:
        script = self._script
        parent = script.parent(node)
        if isinstance(parent, cst.Element):
            sequence = script.parent(parent)
            if isinstance(sequence, (cst.List, cst.Tuple)):
                return Item(sequence=sequence, place=list(sequence.elements).index(parent))
        if isinstance(parent, cst.Call) and parent.func is node:
            return self._application(parent)
        if isinstance(parent, cst.Arg):
            call = script.parent(parent)
            statement = script.statement(call)
            if _adds(call) and alone(statement) and statement.body[0] is script.parent(call):
                return Added(statement=statement, head=script.code(call.func))
        raise CannotEditError("the layer is used in a way that is not understood")

    def _application(self, call: cst.Call) -> Applied:
        script = self._script
        statement = script.statement(call)
        parent = script.parent(call)
        name = _target(parent) if isinstance(parent, cst.Assign) else None
        if isinstance(parent, cst.Assign) and name is None and _several(parent):
            raise CannotEditError("its several answers are unpacked")
        return Applied(call=call, statement=statement, target=name if alone(statement) else None)


def alone(statement: cst.CSTNode) -> bool:
    """Whether a line holds one statement only."""
    return isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1


def _adds(call: cst.CSTNode) -> bool:
    return (
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Attribute)
        and call.func.attr.value in ("add", "append")
        and len(call.args) == 1
    )


def _target(assign: cst.Assign) -> str | None:
    targets: Sequence[cst.AssignTarget] = assign.targets
    if len(targets) == 1 and isinstance(targets[0].target, cst.Name):
        return targets[0].target.value
    return None


def _several(assign: cst.Assign) -> bool:
    return any(isinstance(each.target, (cst.Tuple, cst.List)) for each in assign.targets)


def _count(count: int, kind: str, line: int) -> str:
    if not count:
        return f"line {line} has no call of {kind} itself: the code is built dynamically"
    return f"line {line} has {count} calls of {kind}"
