"""GF501 no-validation-data: nothing was held out, so generalisation cannot be seen.

Sees: a fit without validation_data and without validation_split. A tip where the script evaluates
or predicts other rows later, or has other fits with validation rows (pretraining often has none).
Why it matters: the training loss falls whether a model learns or memorises; only rows it was not
trained on tell the two apart, and only they can tell when to stop.
Evidence: what fit was given, and how many training rows there are to hold some out of.
Remedies: validation-split.
Source: Hastie, Tibshirani & Friedman, "The Elements of Statistical Learning" (2009), section 7.2.
"""

from __future__ import annotations

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, place
from goodfit.facts import Facts


def no_validation_data(facts: Facts) -> Answer:
    settings, data, trace = facts.settings, facts.data, facts.trace
    if trace is None or trace.trained == 0:
        return NotApplicable("nothing was trained")
    given = settings.validation if settings else "none"
    seen = data is not None and data.validation is not None
    measured = any(name.startswith("val_") for epoch in trace.epochs for name in epoch.logs)
    if given != "none" or seen or measured or trace.final_validation is not None:
        return Passed("validation rows were given" + (f" as {given}" if given != "none" else ""))
    rows = data.train.rows if data else None
    evidence = {
        "validation": given,
        "train_rows": rows,
        "epochs": trace.trained,
        "of_rows": f" on {rows} rows" if rows else "",
    }
    elsewhere = any(not call.same_as for call in facts.calls) or any(
        other.validation is not None for other in facts.others
    )
    return Suspicion(
        evidence=evidence,
        severity="tip" if elsewhere else "warning",
        where=place(settings.fit_where if settings else None),
    )


CHECK = Check(
    code="GF501",
    name="no-validation-data",
    severity="warning",
    function=no_validation_data,
    message="fit trained for {epochs} epochs{of_rows} without validation rows, so neither "
    "overfitting nor the best epoch can be seen.",
    advice="Hold out rows at random and pass them to fit: validation_data=(x_val, y_val); "
    "validation_split=0.2 also works, but takes the last rows, so shuffle first.",
    remedies=("validation-split",),
)
