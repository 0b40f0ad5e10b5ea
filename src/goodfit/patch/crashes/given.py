"""Where the rows or labels of the failed call are given, there and to the same model's others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from goodfit.facts import SetFacts
from goodfit.patch.changes import CannotEditError
from goodfit.patch.edits.arguments import resolved
from goodfit.patch.edits.context import Context
from goodfit.patch.script import argument
from goodfit.patch.signatures import POSITIONS

VERBS = (
    "fit",
    "evaluate",
    "predict",
    "train_on_batch",
    "test_on_batch",
    "predict_on_batch",
)
_STREAMS = ("tf.data", "PyDataset", "DataLoader", "generator")
_SETS = re.compile(r"train(ing)?|test|valid(ation)?|val|dev")
_SLICE = re.compile(r"\[[^][]*:[^][]*\]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """Expressions for one kind of argument.

    Attributes:
        call: the call that failed.
        first: what that was given.
        others: what its validation data and other calls of the same model are given likewise.
        source: what it was, as `SetFacts.source` says; "" where unknown.
    """

    call: cst.Call
    first: cst.BaseExpression
    others: tuple[cst.BaseExpression, ...] = ()
    source: str = ""

    @property
    def all(self) -> tuple[cst.BaseExpression, ...]:
        """Each of them once."""
        return tuple(dict.fromkeys((self.first, *self.others)))


def given(context: Context, option: str) -> Given:
    """Where "x" or "y" is given.

    Raises:
        CannotEditError: the call that failed is not seen, or it is given a stream.
    """
    data = context.facts.data
    source = data.train.source if data is not None else ""
    verb, call = _failed(context)
    first = _argument(call, verb, option)
    if first is None or (verb == "fit" and source in _STREAMS):
        raise CannotEditError("the rows come from a stream")
    known = [first]
    if verb == "fit" and _same_axes(context, option):
        known += _validation(context, call, option)
    others = [node for node in _elsewhere(context, call, verb, option)
              if any(_alike(context, one, node) for one in known)]  # fmt: skip
    return Given(call=call, first=first, others=(*known[1:], *others), source=source)


def _failed(context: Context) -> tuple[str, cst.Call]:
    crash, settings = context.facts.crash, context.facts.settings
    places = [] if crash is None else [(crash.where, verb) for verb in VERBS]
    if settings is not None and crash is not None and crash.during == "fit":
        places.append((settings.fit_where, "fit"))
    for where, verb in places:
        try:
            return verb, context.sites.call(where, verb)
        except CannotEditError:
            continue
    raise CannotEditError("the call that failed is not seen in this file")


def _argument(call: cst.Call, verb: str, option: str) -> cst.BaseExpression | None:
    _, arg = argument(call, option, POSITIONS.get(verb, ("x", "y")))
    return None if arg is None else arg.value


def _validation(context: Context, call: cst.Call, option: str) -> list[cst.BaseExpression]:
    """The validation rows or labels, where fit is given any."""
    whole = _argument(call, "fit", "validation_data")
    pair = None if whole is None else resolved(context, whole)
    if pair is None or (isinstance(pair, cst.Name) and pair.value == "None"):
        return []
    place = ("x", "y").index(option)
    if not isinstance(pair, (cst.Tuple, cst.List)) or len(pair.elements) <= place:
        raise CannotEditError("the validation rows are not given as a pair")
    return [pair.elements[place].value]


def _same_axes(context: Context, option: str) -> bool:
    """Whether the validation rows have as many axes as those that failed, or it is not known."""
    data = context.facts.data
    if data is None or data.validation is None:
        return True

    def axes(rows: SetFacts) -> list[int]:
        return [len(one.shape) for one in (rows.inputs if option == "x" else rows.targets)]

    return not axes(data.validation) or axes(data.train) == axes(data.validation)


def _elsewhere(
    context: Context, call: cst.Call, verb: str, option: str
) -> Iterator[cst.BaseExpression]:
    """What other calls on a model of the same name are given."""
    script = context.script
    receiver = script.code(call.func)[: -len(verb)]
    for other in script.calls:
        name = script.code(other.func).removeprefix(receiver)
        if other is call or name not in VERBS or script.code(other.func) == name:
            continue
        try:
            node = _argument(other, name, option)
            pair = _validation(context, other, option) if name == "fit" else []
        except CannotEditError:
            continue
        yield from (each for each in (node, *pair) if each is not None)


def _alike(context: Context, first: cst.BaseExpression, other: cst.BaseExpression) -> bool:
    """Whether both are made in the same way, as far as the source tells: the same expression, or
    names of rows of two sets that are treated alike; either may be cut to some rows."""
    one, two = _name(first), _name(other)
    if one is None or two is None:
        return context.script.code(first) == context.script.code(other)
    made, likewise = (_statements(context, each) for each in (one, two))
    if one.value == two.value:
        return made == likewise
    both = [each for each in made if each in likewise]
    texts = [
        sorted(
            _text(context, each, name.value)
            for each in statements
            if each not in both and not _splits(context, each)
        )
        for statements, name in ((made, one), (likewise, two))
    ]
    return bool(both or texts[0]) and texts[0] == texts[1]


def _name(node: cst.BaseExpression) -> cst.Name | None:
    """The name of the rows, cut by slices or not."""
    if isinstance(node, cst.Subscript):
        cuts = all(isinstance(each.slice, cst.Slice) for each in node.slice)
        return _name(node.value) if cuts and len(node.slice) == 1 else None
    return node if isinstance(node, cst.Name) else None


def _statements(context: Context, name: cst.Name) -> list[cst.CSTNode]:
    """The statements that bind it, in the order of the source."""
    bound = context.script.assignments(name, name.value)
    nodes = {context.script.statement(each.node) for each in bound if hasattr(each, "node")}
    return sorted(nodes, key=context.script.begin)


def _splits(context: Context, statement: cst.CSTNode) -> bool:
    """Whether it only deals out rows, which leaves each of them as it is."""
    small = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
    value = small[0].value if len(small) == 1 and isinstance(small[0], cst.Assign) else None
    return isinstance(value, cst.Call) and context.script.called(value) == "train_test_split"


def _text(context: Context, statement: cst.CSTNode, name: str) -> str:
    """A statement, whichever set's rows it is about."""
    # The line itself would bring its comments.
    parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else (statement,)
    code = "; ".join(context.script.code(part).strip(" ;") for part in parts)
    code = re.sub(rf"\b{re.escape(name)}\b", "@", code)
    return _SLICE.sub("[:]", _SETS.sub("#", code.replace("fit_transform", "transform")))
