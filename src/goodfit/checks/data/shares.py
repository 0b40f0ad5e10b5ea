"""Class shares of two sets held against each other: classes that one lacks, shares that differ."""

from __future__ import annotations

from collections.abc import Mapping

from goodfit.checks.check import Threshold

EXPECTED = Threshold(
    5.0, source="Cochran, Some Methods for Strengthening the Common χ² Tests (1954)"
)
KINDS = ("binary", "classes", "one-hot", "signs", "text")


def missing_class(
    head: Mapping[str, int], tail: Mapping[str, int]
) -> tuple[str, str, float] | None:
    """(side, class, probability) of the class whose absence from one side is least likely."""
    from scipy.stats import hypergeom

    sizes = {"train": sum(head.values()), "validation": sum(tail.values())}
    found: list[tuple[float, str, str]] = []
    for label in sorted({*head, *tail}):
        rows = {"train": head.get(label, 0), "validation": tail.get(label, 0)}
        both: int = rows["train"] + rows["validation"]
        for side in ("train", "validation"):
            if rows[side] == 0:
                p = hypergeom.pmf(0, sizes["train"] + sizes["validation"], both, sizes[side])
                found.append((float(p), side, label))
    if not found:
        return None
    p, side, label = min(found)
    return side, label, p


def shares_differ(head: Mapping[str, int], tail: Mapping[str, int]) -> tuple[float, float]:
    """(p, total variation distance) of the class shares; classes too rare for the test are one."""
    from scipy.stats import chi2_contingency

    n, m = sum(head.values()), sum(tail.values())
    labels = sorted({*head, *tail})
    pairs = [(head.get(label, 0), tail.get(label, 0)) for label in labels]
    distance = 0.5 * sum(abs(a / n - b / m) for a, b in pairs)
    least: float = min(n, m) / (n + m)
    common = [pair for pair in pairs if sum(pair) * least >= EXPECTED.value]
    rest = [pair for pair in pairs if sum(pair) * least < EXPECTED.value]
    if rest:
        together = (sum(a for a, _ in rest), sum(b for _, b in rest))
        common += [together] if sum(together) * least >= EXPECTED.value else []
    if len(common) < 2:
        return 1.0, distance
    return float(chi2_contingency([*zip(*common, strict=True)])[1]), distance
