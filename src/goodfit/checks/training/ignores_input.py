"""GF309 ignores-input: the trained model's answers do not depend on what it is given.

Sees: answers that stay as they are when the rows of an input are shuffled: of all inputs together,
or of one input among several while others do matter (an experiment of two predictions). An input
whose rows are all alike is left out, for shuffling changes nothing there.
Why it matters: whatever such an input could tell is lost; a branch is dead, not connected, masked
away or so badly scaled that nothing of it is left.
Evidence: the input, the change of the answers as a share of their own spread over rows, the change
of the loss with its standard error, the rows, and what shows harm.
Remedies: scale-features, learning-rate, initialiser, activation.
Source: Breiman, "Random Forests" (2001), section 10, permutation importance; a model that uses an
input changes its answers by far more than rounding.
"""

from __future__ import annotations

import math
from typing import Any

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.training.constant_prediction import constant_prediction
from goodfit.checks.training.harm import WORDS, Harm, harm
from goodfit.facts import (
    BaselineFacts,
    DataFacts,
    ExperimentFacts,
    ModelFacts,
    SettingsFacts,
    ShuffledInput,
    Trace,
)
from goodfit.results import Severity

NO_CHANGE = Threshold(1e-3, source="a thousandth of the answers' own spread; rounding gives 1e-6")
MIN_ROWS = Threshold(10, source="among fewer rows a shuffle may leave most in place")


def _constant(name: str | None, data: DataFacts | None) -> bool:
    """Whether this input's rows (all inputs' for None) are known to hold one value only."""
    inputs = data.train.inputs if data else ()
    chosen = [one for one in inputs if name is None or one.name == name]
    if not chosen and name is not None:
        return False
    return bool(chosen) and all(one.std == 0 for one in chosen)


def _idle(seen: ShuffledInput) -> bool:
    """Whether the answers stayed; and the loss, which is of all outputs where they are not."""
    moved = abs(seen.loss - seen.loss_before)
    return seen.change <= NO_CHANGE.value and not moved > NO_CHANGE.value * abs(seen.loss_before)


def _told(seen: ShuffledInput, suffers: Harm) -> dict[str, Any]:
    return {
        "input": seen.input or "",
        "rows": seen.rows,
        "change": seen.change,
        "loss": seen.loss,
        "loss_before": seen.loss_before,
        "loss_change": seen.loss - seen.loss_before,
        "standard_error": seen.loss_se,
        "harm": suffers,
        "in_words": WORDS[suffers],
    }


def ignores_input(
    experiments: ExperimentFacts,
    data: DataFacts | None = None,
    model: ModelFacts | None = None,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    known = [one for one in experiments.shuffled_inputs if math.isfinite(one.change)]
    if not experiments.shuffled_inputs:
        return NotApplicable("inputs were not shuffled")
    if not known:
        return NotApplicable("the answers are the same for all rows, which is another finding")
    tried = [one for one in known if not _constant(one.input, data)]
    if not tried:
        return NotApplicable("the inputs are the same for all rows")
    if max(one.rows for one in tried) < MIN_ROWS.value:
        return CannotTell("too few rows to shuffle")
    idle = [one for one in tried if _idle(one)]
    if not idle:
        least = min(tried, key=lambda one: one.change)
        name = least.input or "all inputs"
        return Passed(f"shuffling {name} changes the answers by {least.change:.2g} of their spread")
    suffers = harm(trace, baselines, settings) if trace is not None else ""
    whole = len(idle) == len(tried)
    constant = constant_prediction(trace, data) if whole and trace is not None else None
    if isinstance(constant, Suspicion):
        return NotApplicable("the answers are the same for all rows, which is another finding")
    worst = idle[0]
    names = sorted({one.input for one in idle if one.input})
    evidence = {**_told(worst, suffers), "inputs": ", ".join(names) or "all inputs"}
    severity: Severity | None = None if whole or suffers else "warning"
    where = place(model.where if model else None)
    case = "all" if whole else "one"
    return Suspicion(evidence=evidence, case=case, severity=severity, where=where)


CHECK = Check(
    code="GF309",
    name="ignores-input",
    severity="error",
    function=ignores_input,
    message={
        "all": "The model's answers do not depend on its input: with the inputs of {rows} rows "
        "shuffled they change by {change:.1g} of their own spread.",
        "one": "The model does not use its input {inputs}: with that input's {rows} rows shuffled "
        "the answers change by {change:.1g} of their own spread, while other inputs do matter; "
        "{in_words}.",
    },
    advice={
        "all": "Look at the first layers: weights that are zero, units that are dead, inputs whose "
        "scale makes them vanish beside others; model.predict on two unlike rows must differ.",
        "one": "Check that the branch of {inputs} is connected to the output, not masked, not "
        "multiplied by zero, and scaled like the other inputs; or leave the input out.",
    },
    remedies=("scale-features", "learning-rate", "initialiser"),
)
