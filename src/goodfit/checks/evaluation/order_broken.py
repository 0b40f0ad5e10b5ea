"""GF505 order-broken: predictions come in an order that never comes again.

Sees: `predict` called on a stream that is shuffled anew at every pass.
Why it matters: labels read from the stream in another pass belong to other rows, so a score, a
confusion matrix or a list of errors computed from both is that of guessing, however good the model.
Evidence: the call, what it was given, and how many rows.
Remedies: no shuffle in the pipeline that is predicted.
Source: tf.data.Dataset.shuffle, reshuffle_each_iteration=True by default; torch RandomSampler.
"""

from __future__ import annotations

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, place
from goodfit.facts import Facts


def order_broken(facts: Facts) -> Answer:
    predicted = [call for call in facts.calls if call.kind == "predict"]
    if not predicted:
        return NotApplicable("predict was not called")
    shuffled = [call for call in predicted if call.reshuffles]
    if not shuffled:
        return Passed(f"none of {len(predicted)} calls of predict was seen to read shuffled rows")
    first = shuffled[0]
    evidence = {
        "calls": len(shuffled),
        "source": first.source,
        "rows": first.rows,
        "of_rows": f" with {first.rows} rows" if first.rows else "",
    }
    return Suspicion(evidence=evidence, where=place(first.where))


CHECK = Check(
    code="GF505",
    name="order-broken",
    severity="warning",
    function=order_broken,
    message="predict was given a {source} stream{of_rows} that is shuffled anew at every pass, so "
    "labels read in another pass belong to other rows.",
    advice="Predict on a pipeline without shuffle, or collect inputs, labels and predictions in "
    "one pass: for x, y in dataset: model.predict_on_batch(x).",
)
