"""Changes as sentences, for what cannot be edited mechanically."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.facts import Facts, SourceLine
from goodfit.patch.changes import (
    CallbackAdded,
    CallbackOption,
    CallbackRemoved,
    Change,
    CompileOption,
    DataChange,
    DecisionChange,
    FitOption,
    LayerInserted,
    LayerOption,
    LayerRemoved,
    LayerReplaced,
)


def instruction(changes: Sequence[Change], facts: Facts, reason: str) -> str:
    """What to do by hand, where, and why it was not done."""
    told = "; ".join(dict.fromkeys(described(change) for change in changes))
    line = next((where for change in changes if (where := _where(change, facts))), None)
    place = f"Line {line.line} (`{line.text}`): " if line and line.text else ""
    place = place or (f"Line {line.line}: " if line else "")
    return f"{place}{told}. Not edited: {reason}."


def described(change: Change) -> str:
    """What a change asks for, as the head of a sentence."""
    match change:
        case LayerOption():
            return (
                f"set `{change.option}` of the layer {change.path!r} ({change.kind}) to "
                f"{_value(change.after)}"
            )
        case LayerInserted():
            place = f"behind the layer {change.after!r}"
            if change.after is None:
                names = ", ".join(map(repr, change.before))
                place = f"in front of {names}" if names else "in front"
            return f"put {_call(change.kind, change.options)} {place}"
        case LayerRemoved():
            return f"take out the layer {change.path!r} ({change.kind})"
        case LayerReplaced():
            new = _call(change.after, change.options)
            return f"put {new} in the place of the layer {change.path!r} ({change.before})"
        case CompileOption():
            of = f" ({change.option})" if change.option else ""
            return f"compile with `{change.argument}`{of} {_value(change.after)}"
        case FitOption():
            return f"fit with `{change.option}` {_value(change.after)}"
        case CallbackAdded():
            return f"add the callback {_call(change.name, change.arguments)}"
        case CallbackRemoved():
            return f"take out the callback {change.name}"
        case CallbackOption():
            return f"set `{change.option}` of the {change.name} to {_value(change.after)}"
        case DataChange() | DecisionChange():
            return _of_rows(change)


def _of_rows(change: DataChange | DecisionChange) -> str:
    if isinstance(change, DataChange):
        return f"apply {_call(change.remedy, change.parameters)} to the rows"
    where = "wherever predictions become classes"
    if len(change.shares) > 2:
        shares = ", ".join(f"{share:.3g}" for share in change.shares)
        tau = "tau" if change.value is None else f"{change.value:.3g}"
        chosen = " and tau chosen on validation rows" if change.value is None else ""
        return (
            f"{where}, answer the largest of `np.log(p) - {tau} * np.log([{shares}])`, with the "
            f"probabilities p{chosen}"
        )
    if change.value is None:
        return f"{where}, answer class 1 above a probability that validation rows tell, not 0.5"
    logit = math.log(change.value / (1 - change.value))
    told = f", which is a logit of {logit:.3g}, not 0" if change.logits else ", not 0.5"
    return f"{where}, answer class 1 above a probability of {change.value:.3g}{told}"


def _call(name: str, options: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={_value(value)}' for key, value in options.items())})"


def _value(value: Any) -> str:
    if isinstance(value, Mapping) and "class_name" in value:
        return _call(str(value["class_name"]), dict(value.get("config") or {}))
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)) and len(value) > 8:
        return f"[{len(value)} values]"
    return repr(value)


def _where(change: Change, facts: Facts) -> SourceLine | None:
    settings = facts.settings
    match change:
        case LayerOption() | LayerRemoved() | LayerReplaced():
            return _layer(facts, change.path)
        case LayerInserted():
            return _layer(facts, change.after or next(iter(change.before), ""))
        case CompileOption():
            return settings.compile_where if settings is not None else None
        case DecisionChange():
            return None
        case _:
            return settings.fit_where if settings is not None else None


def _layer(facts: Facts, path: str) -> SourceLine | None:
    layer = facts.model.layer(path) if facts.model is not None else None
    return layer.where if layer is not None else None
