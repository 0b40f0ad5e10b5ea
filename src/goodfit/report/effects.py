"""What a trial showed, in words: the effect of a remedy with its interval."""

from __future__ import annotations

from goodfit.report.words import UNKNOWN, clean, count, number
from goodfit.results import Effect, Finding, Remedy

_CALLED = {"loss": "the validation loss", "accuracy": "accuracy"}


def remedy_words(remedy: Remedy) -> str:
    """ "dropout (rate 0.3)"."""
    told = ", ".join(
        f"{clean(name, 40).replace('_', ' ')} {_value(value)}"
        for name, value in remedy.parameters.items()
        if value is not None
    )
    return clean(remedy.id, 60) + (f" ({told})" if told else "")


def _value(value: object) -> str:
    if isinstance(value, (bool, int, float)):
        return number(value)
    return clean(value, 60)


def signed(value: float) -> str:
    """ "+0.031", "-0.2"."""
    return f"{value:+.2g}" if abs(value) < 1e6 else f"{value:+.2e}"


def effect_words(effect: Effect) -> str:
    """ "accuracy 0.62 to 0.95: +0.33, 95 % [+0.29, +0.37], 3 seeds, 169 rows"."""
    turned = -1 if effect.measure == "loss" else 1
    measure = _CALLED.get(effect.measure, clean(effect.measure, 40))
    low, high = sorted((turned * effect.low, turned * effect.high))
    interval = f"95 % [{signed(low)}, {signed(high)}]" if effect.low > -1e30 else UNKNOWN
    return (
        f"{measure} {number(turned * effect.without)} to {number(turned * effect.with_remedy)}: "
        f"{signed(turned * effect.difference)}, {interval}, {count(effect.seeds, 'seed')}, "
        f"{count(effect.rows, 'row')}"
    )


def trial_words(finding: Finding) -> str:
    """The sentence on what trials showed for a finding; "" where none was made."""
    if finding.tried is None or finding.effect is None:
        told = clean(finding.status_reason)
        known = finding.status != "untested" and told
        return f"{finding.status.capitalize()}: {told}" if known else ""
    told = f"{remedy_words(finding.tried)}, {effect_words(finding.effect)}"
    if finding.status == "confirmed":
        return f"Confirmed by trial: {told}"
    if finding.status == "refuted":
        return f"Refuted by trial: {told}"
    return f"Tried, cannot tell: {told}"
