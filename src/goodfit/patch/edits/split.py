"""The split into training and validation rows."""

from __future__ import annotations

import libcst as cst

from goodfit.patch.changes import CannotEditError
from goodfit.patch.edits.context import Context
from goodfit.patch.edits.options import argument_named
from goodfit.patch.edits.rows import fit_call, fit_rows
from goodfit.patch.spelling import literal


def at_its_call(context: Context, *, stratify: bool) -> bool:
    """Let the script's own `train_test_split` shuffle, and stratify if wanted. False where there is
    none that could be changed so."""
    script = context.script
    fit = script.begin(fit_call(context))
    calls = [
        call
        for call in script.find(lambda each: script.called(each) == "train_test_split")
        if script.begin(call) < fit and not any(arg.star for arg in call.args)
    ]
    ordered = [call for call in calls if _is(call, "shuffle", "False")]
    plain = [call for call in calls if argument_named(call, "stratify") is None]
    chosen = plain if stratify else ordered
    if not chosen or (stratify and any(_targets(call) is None for call in chosen)):
        return False
    for call in chosen:
        if call in ordered:
            shuffle = argument_named(call, "shuffle")
            context.plan.drop_item(call, [arg is shuffle for arg in call.args].index(True))
        if stratify:
            context.plan.insert_argument(call, len(call.args), "stratify", str(_targets(call)))
        if argument_named(call, "random_state") is None:
            context.plan.insert_argument(call, len(call.args), "random_state", literal(0))
    return True


def _is(call: cst.Call, keyword: str, value: str) -> bool:
    arg = argument_named(call, keyword)
    return arg is not None and isinstance(arg.value, cst.Name) and arg.value.value == value


def _targets(call: cst.Call) -> str | None:
    """The name of the targets, as the second of two things to split."""
    plain = [arg.value for arg in call.args if arg.keyword is None]
    second = plain[1] if len(plain) == 2 else None
    return second.value if isinstance(second, cst.Name) else None


def lines(
    context: Context, names: tuple[str, str, str, str], seed: int, *, stratify: bool | None
) -> list[str]:
    """Lines that pool the rows and deal them out again, in the same sizes.

    Raises:
        CannotEditError: fit cuts off the validation rows itself, and stratifies nothing.
    """
    x, held_x, y, held_y = names
    np_ = context.spell.numpy()
    if not held_x:
        if not fit_rows(context).split or stratify:
            raise CannotEditError("fit cuts off the validation rows itself")
        order = context.script.free_name("order")
        return [
            f"{order} = {np_}.random.default_rng({seed}).permutation(len({x}))",
            f"{x}, {y} = {x}[{order}], {y}[{order}]",
        ]
    context.plan.need("sklearn.model_selection", "train_test_split")
    all_x, all_y = f"{np_}.concatenate([{x}, {held_x}])", f"{np_}.concatenate([{y}, {held_y}])"
    even = f"\n    stratify={all_y}," if stratify else ""
    return [
        f"{x}, {held_x}, {y}, {held_y} = train_test_split(\n    {all_x},\n    {all_y},\n"
        f"    test_size=len({held_x}),{even}\n    random_state={seed},\n)"
    ]
