"""Layers that are trained again."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

from goodfit.patch.changes import LayerOption
from goodfit.patch.edits.context import Context
from goodfit.patch.edits.options import argument_named
from goodfit.patch.edits.settings import compile_call
from goodfit.patch.graph import entries, is_model
from goodfit.patch.spelling import literal


def set_trainable(context: Context, changes: Sequence[LayerOption]) -> None:
    """Thaw layers: at every `.trainable = False` of the script where all of the model is trained in
    the end, else by a line of its own in front of compile."""
    keywords = [
        (call, arg)
        for call in context.script.calls
        if (arg := argument_named(call, "trainable")) is not None and _false(arg.value)
    ]
    statements = [
        node
        for node in m.findall(context.script.module, m.Assign())
        if isinstance(node, cst.Assign) and _freezes(node)
    ]
    if not _all_trained(context.after.model.config) or not (keywords or statements):
        _by_lines(context, changes)
        return
    for call, arg in keywords:
        context.plan.drop_item(call, list(call.args).index(arg))
    for node in statements:
        context.plan.put(node.value, "True")


def _false(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "False"


def _freezes(node: cst.Assign) -> bool:
    target = node.targets[0].target
    named = isinstance(target, cst.Attribute) and target.attr.value == "trainable"
    return named and _false(node.value)


def _all_trained(config: object) -> bool:
    if not isinstance(config, dict) or not is_model(config):
        return False
    if config["config"].get("trainable") is False:
        return False
    return all(
        _all_trained(entry) if is_model(entry) else entry["config"].get("trainable", True)
        for entry in entries(config).values()
    )


def _by_lines(context: Context, changes: Sequence[LayerOption]) -> None:
    call = compile_call(context)
    model = context.script.code(call.func)[: -len(".compile")]
    lines = []
    for change in changes:
        layer = "".join(f".get_layer({literal(part)})" for part in change.path.split("/") if part)
        lines.append(f"{model}{layer}.trainable = {change.after}")
    context.plan.insert_before(context.script.statement(call), *lines)
