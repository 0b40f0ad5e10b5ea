"""Which numbers were measured, and so hardly ever meet by chance."""

from __future__ import annotations

from goodfit.facts import ArrayFacts, SetFacts

TWO_VALUED = 1e-3


def measured(array: ArrayFacts) -> bool:
    """Whether an input holds measured numbers, which hardly ever meet. Features of two values are
    told by their moments: only then the variance is (mean - minimum) * (maximum - mean)."""
    if array.whole_numbers or array.kind not in ("features", "sequence", "image"):
        return False
    features = zip(
        array.feature_min, array.feature_max, array.feature_mean, array.feature_std, strict=False
    )
    return not array.feature_min or any(
        std**2 < (1 - TWO_VALUED) * (mean - low) * (high - mean)
        for low, high, mean, std in features
    )


def copied_only(part: SetFacts) -> bool:
    """Whether equal rows of a set can only be copies: an input holds measured numbers, pictures or
    texts."""
    return any(array.kind in ("text", "image") or measured(array) for array in part.inputs)
