"""How the classes of a set fared, in words that several checks share."""

from __future__ import annotations

from goodfit.facts import ImageFacts, PredictionFacts


def called(label: str, images: ImageFacts | None) -> str:
    """A class by its label, and by its folder's name where it has one."""
    name = images.name_of(label) if images is not None else ""
    return f"{label} ({name})" if name else label


def balanced(predictions: PredictionFacts | None) -> str:
    """Continues a sentence with the balanced accuracy, where it is known."""
    known = predictions.balanced_accuracy if predictions is not None else None
    return f"; balanced accuracy {known:.1%}" if known is not None else ""


def taken_for(label: str, predictions: PredictionFacts) -> tuple[str, int] | None:
    """The class that the rows of `label` are most often taken for, and how many rows."""
    wrong = {c: n for c, n in predictions.confusion.get(label, {}).items() if c != label}
    if not wrong:
        return None
    other = max(wrong, key=lambda c: wrong[c])
    return other, wrong[other]
