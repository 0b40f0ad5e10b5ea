"""GF119 preprocessing-leak: scaling whose statistics were fitted on validation rows too.

Sees: features that have mean 0 and deviation 1 exactly over training and validation rows together
but not over the training rows alone; features whose exact bounds 0 and 1 (or -1 and 1) lie in the
validation rows; a Normalization layer whose mean is that of both sets.
Why it matters: the validation rows have had a say in what the model is given, so their score is no
longer that of rows never seen. The effect of a plain scaling is small, that of selecting features
or resampling the same way is not.
Evidence: how many features fit both sets together, and how many the training rows alone. By chance
a mean within 1e-4 of 0 and a deviation within 1e-4 of 1 meet in fewer than one feature in a
thousand. Bounds in features of few values, which both sets reach, do not count. Standardisation
over further rows, such as a test set, cannot be seen.
Remedies: none; fit the scaler on the training rows.
Source: Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning" (2009), section 7.10.2;
Kapoor, Narayanan, "Leakage and the Reproducibility Crisis" (2023), L1.2.
"""

from __future__ import annotations

from dataclasses import dataclass
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
from goodfit.facts import ArrayFacts, DataFacts, ModelFacts, SettingsFacts

EXACT = Threshold(1e-4, source="rounding of float32 sums; chance is below one in a thousand")
MISSED = Threshold(1e-3, source="ten times what counts as exact")
BOUND = Threshold(1e-6, source="rounding of float32")
FEWEST = Threshold(3, source="bounds of single features may be natural")
ONE_SIDED = Threshold(0.25, source="measured numbers reach a bound once; both sets share few")
REACHED = Threshold(0.5, source="a scaler puts both bounds of every feature into some set")
ROWS = Threshold(20, source="with fewer rows both sets together say no more than one")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    case: str
    features: int
    of: int
    input: str


def _standardised(train: ArrayFacts, held: ArrayFacts) -> _Fitted | None:
    import numpy as np

    n, m = train.rows_seen, held.rows_seen
    mean, std = np.array(train.feature_mean), np.array(train.feature_std)
    other_mean, other_std = np.array(held.feature_mean), np.array(held.feature_std)
    union = (n * mean + m * other_mean) / (n + m)
    squares = n * (std**2 + (mean - union) ** 2) + m * (other_std**2 + (other_mean - union) ** 2)
    spreads = [np.sqrt(squares / (n + m - freedom)) for freedom in (0, 1)]
    one = np.minimum(*(np.abs(spread - 1) for spread in spreads))
    exact = (np.abs(union) < EXACT.value) & (one < EXACT.value)
    alone = np.abs(mean) + np.abs(std - 1)
    leaked = int((exact & (alone > MISSED.value)).sum())
    own = int((alone < EXACT.value).sum())
    if leaked < min(2, len(mean)) or leaked <= own:
        return None
    return _Fitted(case="standardised", features=leaked, of=len(mean), input=train.name)


def _bounded(train: ArrayFacts, held: ArrayFacts, low: float) -> _Fitted | None:
    """Features of more than two values whose exact bounds lie in one of the sets only."""
    import numpy as np

    both = np.array([[train.feature_min, train.feature_max], [held.feature_min, held.feature_max]])
    sides = np.array([[low], [1.0]])
    mean, std = np.array(train.feature_mean), np.array(train.feature_std)
    two_valued = std**2 > (1 - 1e-3) * (mean - both[0, 0]) * (both[0, 1] - mean)
    both = both[:, :, ~two_valued]
    if both.shape[2] < FEWEST.value:
        return None
    if (both[:, 0] < low - BOUND.value).any() or (both[:, 1] > 1 + BOUND.value).any():
        return None
    train_at, held_at = np.abs(both - sides) <= BOUND.value
    here, there, shared = train_at & ~held_at, held_at & ~train_at, train_at & held_at
    features = int(there.any(axis=0).sum())
    single = int(here.sum() + there.sum())
    if features < FEWEST.value or shared.sum() > ONE_SIDED.value * there.sum():
        return None
    if single < REACHED.value * train_at.size:
        return None
    return _Fitted(case="bounded", features=features, of=both.shape[2], input=train.name)


def _adapted(data: DataFacts, model: ModelFacts) -> _Fitted | None:
    """A Normalization layer that was adapted to both sets: the average of its means tells."""
    import numpy as np

    layers = [layer for layer in model.layers if layer.type == "Normalization"]
    if len(layers) != 1 or len(data.train.inputs) != 1 or data.validation is None:
        return None
    train, held = data.train.inputs[0], data.validation.inputs[0]
    means = [w.mean for w in layers[0].weights if "mean" in w.name and w.mean is not None]
    if len(means) != 1 or not train.feature_mean or not held.feature_mean:
        return None
    alone, other = float(np.mean(train.feature_mean)), float(np.mean(held.feature_mean))
    n, m = train.rows_seen, held.rows_seen
    union = (n * alone + m * other) / (n + m)
    scale = abs(alone - union)
    noise = 1e-6 * (abs(union) + float(np.max(np.abs(train.feature_mean))))
    if not scale > 100 * noise or abs(means[0] - union) > 0.01 * scale + noise:
        return None
    features = len(train.feature_mean)
    return _Fitted(case="adapted", features=features, of=features, input=train.name)


def _comparable(train: ArrayFacts, held: ArrayFacts) -> bool:
    import numpy as np

    same = 0 < len(train.feature_mean) == len(held.feature_mean) == len(train.feature_min)
    same = same and len(held.feature_min) == len(train.feature_std) == len(held.feature_std)
    numbers = (*train.feature_mean, *train.feature_std, *held.feature_mean, *held.feature_std)
    return same and bool(np.isfinite(numbers).all())


def _found(train: ArrayFacts, held: ArrayFacts) -> _Fitted | None:
    known = (_standardised(train, held), _bounded(train, held, 0.0), _bounded(train, held, -1.0))
    return next((one for one in known if one is not None), None)


def preprocessing_leak(
    data: DataFacts, model: ModelFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    if data.validation is None:
        return NotApplicable("there are no validation rows")
    if data.train.sampled or data.validation.sampled:
        return CannotTell("only a sample of the rows was seen; exact statistics need all of them")
    pairs = [
        (train, held)
        for train, held in zip(data.train.inputs, data.validation.inputs, strict=False)
        if _comparable(train, held)
    ]
    if not pairs:
        return NotApplicable("no input has features that were looked at one by one")
    if any(held.rows_seen < ROWS.value or train.rows_seen < ROWS.value for train, held in pairs):
        return CannotTell(f"fewer than {ROWS.value} rows on one side say nothing of a common scale")
    found = [one for pair in pairs if (one := _found(*pair)) is not None]
    if not found and model is not None:
        found = [one for one in (_adapted(data, model),) if one is not None]
    if not found:
        return Passed("the scale of the features is not that of both sets together")
    worst = max(found, key=lambda one: one.features)
    evidence: dict[str, Any] = {
        "input": worst.input,
        "features": worst.features,
        "of": worst.of,
        "train_rows": pairs[0][0].rows_seen,
        "validation_rows": pairs[0][1].rows_seen,
    }
    return Suspicion(
        evidence=evidence,
        case=worst.case,
        where=place(settings.fit_where if settings else None, argument="validation_data"),
    )


_SPLIT_FIRST = (
    "Split first, then fit on the training rows only: scaler = {scaler}().fit(x_train); x_train, "
    "x_val = scaler.transform(x_train), scaler.transform(x_val). The same goes for imputing, "
    "selecting features and PCA."
)

CHECK = Check(
    code="GF119",
    name="preprocessing-leak",
    severity="warning",
    function=preprocessing_leak,
    message={
        "standardised": "{features} of {of} features have mean 0 and deviation 1 exactly over "
        "training and validation rows together, and not over the training rows alone: the scaling "
        "was fitted on both.",
        "bounded": "The exact bounds of {features} of {of} features lie in the validation rows "
        "and not in the training rows: the scaling was fitted on both.",
        "adapted": "The Normalization layer holds the means of training and validation rows "
        "together, not those of the training rows: it was adapted to both.",
    },
    advice={
        "standardised": _SPLIT_FIRST.replace("{scaler}", "StandardScaler"),
        "bounded": _SPLIT_FIRST.replace("{scaler}", "MinMaxScaler"),
        "adapted": "Adapt it to the training rows only: normalization.adapt(x_train).",
    },
)
