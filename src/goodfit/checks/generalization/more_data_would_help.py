"""GF412 more-data-would-help: the learning curve says that more rows would lower the loss.

Sees: validation losses of copies of the model trained on parts of the training rows (an experiment
that is run when asked for), and what a power law through them forecasts for twice as many rows: a
loss lower by a twentieth or more, with a 95 % interval that lies above zero.
Why it matters: where the curve has gone flat, collecting rows is wasted; where it still falls,
nothing else may help as much.
Evidence: the forecast gain at twice the rows with its interval, the loss fitted at the present
number of rows, the exponent of the best fit, the number of points.
Remedies: more-data, augmentation.
Source: Hestness et al., "Deep Learning Scaling is Predictable, Empirically" (2017), section 3;
Viering & Loog, "The Shape of Learning Curves: A Review" (2022), section 4, on power laws and how
uncertain their extrapolation is.
"""

from __future__ import annotations

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
from goodfit.checks.generalization.power_law import forecast
from goodfit.facts import ExperimentFacts, SettingsFacts

MIN_GAIN = Threshold(0.05, source="a twentieth of the loss is worth collecting as many rows again")


def more_data_would_help(
    experiments: ExperimentFacts, settings: SettingsFacts | None = None
) -> Answer:
    if not experiments.data_curve:
        return NotApplicable("no learning curve was measured; goodfit run --experiments does")
    points = [(point.rows, point.validation.mean) for point in experiments.data_curve]
    seen = forecast(points)
    if seen is None or seen.loss <= 0:
        return CannotTell(f"{len(points)} points are too few for a forecast, or losses not finite")
    evidence = {
        "rows": seen.rows,
        "rows_then": int(seen.rows * seen.factor),
        "loss": seen.loss,
        "gain": seen.gain,
        "low": seen.low,
        "high": seen.high,
        "share": seen.gain / seen.loss,
        "exponent": seen.exponent,
        "points": seen.points,
    }
    told = (
        f"twice the rows are forecast to lower the loss of {seen.loss:.3g} by {seen.gain:.2g} "
        f"({seen.low:.2g} to {seen.high:.2g})"
    )
    needed = MIN_GAIN.value * seen.loss
    if seen.low <= 0 < needed <= seen.high:
        return CannotTell(f"{told}; more seeds or parts of the rows would settle it")
    if seen.low <= 0 or seen.gain < needed:
        return Passed(told, evidence)
    return Suspicion(evidence=evidence, where=place(settings.fit_where if settings else None))


CHECK = Check(
    code="GF412",
    name="more-data-would-help",
    severity="tip",
    function=more_data_would_help,
    message="With {rows_then} rows in place of {rows} the validation loss is forecast to fall by "
    "{gain:.2g} ({low:.2g} to {high:.2g}), {share:.0%} of its {loss:.3g}: the learning curve has "
    "not gone flat.",
    advice="Collect more rows of the same kind if you can; augmentation is the next best where "
    "inputs allow it.",
    remedies=("more-data", "augmentation"),
)
