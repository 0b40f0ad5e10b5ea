"""The edit of each fix by its id, or the sentence that tells what to do by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from goodfit.facts import Facts
from goodfit.patch.changes import CannotEditError
from goodfit.patch.crashes import calls, model, rows
from goodfit.patch.edits.context import Context, without_recipes
from goodfit.patch.wrap import wrapped

Edit = Callable[[Context, Mapping[str, Any]], None]


def write(source: str, path: str, facts: Facts) -> tuple[str | None, str]:
    """The source with the proven fix, and ""; or None and what to do by hand."""
    proof = facts.crash.proof if facts.crash is not None else None
    if proof is None:
        return None, ""
    try:
        context = without_recipes(source, path, facts)
        _EDITS.get(proof.fix, _unknown)(context, proof.parameters)
    except CannotEditError as error:
        return None, told(facts, str(error))
    return wrapped(context.plan.applied(), source), ""


def told(facts: Facts, reason: str) -> str:
    """What to do by hand, where, and why it was not done."""
    crash = facts.crash
    line, proof = (None, None) if crash is None else (crash.where, crash.proof)
    place = f"Line {line.line} (`{line.text}`): " if line is not None else ""
    return f"{place}{proof.words if proof is not None else ''}. Not edited: {reason}."


def _unknown(_: Context, __: Mapping[str, Any]) -> None:
    raise CannotEditError("this fix has no plain form in source")


def _cut_rows(_: Context, __: Mapping[str, Any]) -> None:
    raise CannotEditError(
        "rows and labels that do not belong together train without any error, so look first why "
        "their numbers differ"
    )


_EDITS: Mapping[str, Edit] = {
    "name": calls.correct_name,
    "legacy-argument": calls.rename_arguments,
    "fresh-optimizer": calls.fresh_optimizer,
    "cut-rows": _cut_rows,
    "sparse-loss": model.set_loss,
    "dense-loss": model.set_loss,
    "units": model.set_units,
    "flatten": model.flatten,
    "return-sequences": partial(model.set_layers, option="return_sequences", value=True),
    "last-step": partial(model.set_layers, option="return_sequences", value=False),
    "padding-same": partial(model.set_layers, option="padding", value="same"),
    "input-shape": model.input_shape,
    "one-hot": rows.one_hot,
    "arrays": rows.arrays,
    "numbers": rows.numbers,
    "channel-axis": partial(rows.change_x, tail="[..., {np}.newaxis]"),
    "batch-axis": partial(rows.change_x, tail="[{np}.newaxis]"),
    "transpose": partial(rows.change_x, tail=".T"),
    "squeeze": partial(rows.change_x, head="{np}.squeeze(", tail=", axis=-1)"),
    "channels-last": partial(rows.change_x, head="{np}.moveaxis(", tail=", 1, -1)"),
    "reshape": rows.reshape,
}
