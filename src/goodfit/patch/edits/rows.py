"""The call of fit and the rows that it is given."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from goodfit.patch.changes import CannotEditError
from goodfit.patch.edits.arguments import found, resolved
from goodfit.patch.edits.context import Context


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FitRows:
    """Expressions that `fit` gets; None for what it does not get."""

    x: cst.BaseExpression | None = None
    y: cst.BaseExpression | None = None
    validation_x: cst.BaseExpression | None = None
    validation_y: cst.BaseExpression | None = None
    split: bool = False


def fit_call(context: Context) -> cst.Call:
    """The call of fit that was seen.

    Raises:
        CannotEditError: it is not known, or in another file.
    """
    where = context.settings.fit_where
    if where is None:
        raise CannotEditError("the line that calls fit is not known")
    return context.sites.call(where, "fit")


def fit_rows(context: Context) -> FitRows:
    """What fit is given.

    Raises:
        CannotEditError: its call is not known, or its arguments are unpacked.
    """
    call = fit_call(context)

    def given(option: str) -> cst.BaseExpression | None:
        _, arg = found(call, "fit", option)
        return None if arg is None else arg.value

    validation = given("validation_data")
    pair: list[cst.BaseExpression] = []
    if validation is not None:
        whole = resolved(context, validation)
        if isinstance(whole, (cst.Tuple, cst.List)):
            pair = [element.value for element in whole.elements]
    split = given("validation_split")
    return FitRows(
        x=given("x"),
        y=given("y"),
        validation_x=pair[0] if len(pair) > 1 else None,
        validation_y=pair[1] if len(pair) > 1 else None,
        split=split is not None,
    )
