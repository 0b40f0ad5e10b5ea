"""GF125 small-validation-set: too few validation rows for the decisions taken on their score.

Sees: a validation set whose score is uncertain by more than a model's changes usually are: fewer
than twenty rows, or a 95 % interval wider than ±10 points of accuracy or ±50 % of the error.
Why it matters: the best epoch, the better layer size and the verdict on overfitting are read off
this score. Within its interval they are read off chance.
Evidence: the number of rows and the half-width of the 95 % interval: Wilson's for shares of wrong
rows, 1.96 standard errors of the rows' errors for numbers; how many rows would bring it to half of
what is tolerated.
Remedies: none; more rows, or cross-validation.
Source: docs/evidence/data.md; Wilson, "Probable inference, the law of succession, and statistical
inference" (1927); Hanley, Lippman-Hand, "If nothing goes wrong, is everything all right?" (1983):
n rows without an error leave an error rate of up to 3/n.
"""

from __future__ import annotations

import math

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
from goodfit.facts import BaselineFacts, DataFacts, SettingsFacts, Trace

FEWEST = Threshold(20, source="a spotless score on fewer leaves over 15 % errors possible (3/n)")
POINTS = Threshold(0.10, source="docs/evidence/data.md")
RELATIVE = Threshold(0.50, source="docs/evidence/data.md")
Z = 1.96


def _wilson(error: float, rows: int) -> float:
    """Half-width of Wilson's 95 % interval of a share."""
    spread = error * (1 - error) / rows + Z**2 / (4 * rows**2)
    return Z * math.sqrt(spread) / (1 + Z**2 / rows)


def _rows_for(width: float, wanted: float, rows: int, error: float | None) -> int:
    """Rows at which the interval shrinks to `wanted`, to two digits."""
    if error is None:
        needed = rows * (width / wanted) ** 2
    else:
        needed = Z**2 * error * (1 - error) / wanted**2
    digits = int(10 ** max(0, math.floor(math.log10(needed)) - 1))
    return math.ceil(needed / digits) * digits


def _relative(trace: Trace | None, baselines: BaselineFacts | None, rows: int) -> float | None:
    """Half-width of the 95 % interval of the mean error, relative to it."""
    if baselines is not None:
        mean, error, of = baselines.model_error, baselines.model_error_se, baselines.rows
    else:
        loss = trace.final_validation if trace is not None else None
        mean, error, of = (loss.mean, loss.standard_error, loss.rows) if loss else (None, None, 0)
    if not mean or error is None or not math.isfinite(error / mean):
        return None
    return Z * error / mean * math.sqrt(min(1.0, of / rows))


def _judged(
    rows: int, baselines: BaselineFacts | None, trace: Trace | None
) -> tuple[str, float, dict[str, float | None]]:
    """(case, tolerated half-width, evidence)"""
    error = baselines.model_error if baselines and baselines.task == "classes" else None
    if error is not None and 0 <= error <= 1:
        width = _wilson(error, rows)
        return "classes", POINTS.value, {"rows": rows, "error": error, "half_width": width}
    if baselines is not None and baselines.task == "classes":
        return "numbers", RELATIVE.value, {"rows": rows, "half_width": None}
    width_or_none = _relative(trace, baselines, rows)
    return "numbers", RELATIVE.value, {"rows": rows, "half_width": width_or_none}


def small_validation_set(
    data: DataFacts,
    baselines: BaselineFacts | None = None,
    trace: Trace | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    validation = data.validation
    if validation is None:
        return NotApplicable("there are no validation rows")
    rows = validation.rows or (0 if validation.sampled else validation.rows_seen)
    if not rows:
        return CannotTell("the number of validation rows is not known")
    by_split = settings is not None and settings.validation == "split"
    where = place(
        settings.fit_where if settings else None,
        argument="validation_split" if by_split else "validation_data",
    )
    case, tolerated, evidence = _judged(rows, baselines, trace)
    if rows < FEWEST.value:
        evidence |= {"still_possible": min(1.0, 3 / rows)}
        return Suspicion(evidence=evidence, case="few", where=where)
    width = evidence["half_width"]
    if width is None or width <= tolerated:
        told = "" if width is None else f"; half-width of the score {width:.2g}"
        return Passed(f"{rows} validation rows{told}", evidence)
    evidence |= {
        "rows_needed": _rows_for(width, tolerated / 2, rows, evidence.get("error")),
        "wanted": tolerated / 2,
    }
    return Suspicion(evidence=evidence, case=case, severity="tip", where=where)


CHECK = Check(
    code="GF125",
    name="small-validation-set",
    severity="warning",
    function=small_validation_set,
    message={
        "few": "The validation set has {rows} rows: even without a single error on them, up to "
        "{still_possible:.0%} errors on new rows would be possible.",
        "classes": "With {rows} validation rows the error of {error:.0%} is uncertain by "
        "±{half_width:.0%}: smaller differences between epochs or models are chance.",
        "numbers": "With {rows} validation rows the error is uncertain by ±{half_width:.0%} of "
        "itself: smaller differences between epochs or models are chance.",
    },
    advice={
        "few": "Use at least 100 validation rows, or compare models by cross-validation: "
        "sklearn.model_selection.RepeatedKFold.",
        "classes": "About {rows_needed} rows would bring that to ±{wanted:.0%}; until then compare "
        "models by cross-validation.",
        "numbers": "About {rows_needed} rows would bring that to ±{wanted:.0%}; until then compare "
        "models by cross-validation.",
    },
)
