"""GF133 odd-images: pictures that show nothing, or are unlike all others.

Sees: images without contrast (blank), far darker, brighter or more blurred than the others of their
set. A tip with the rows or files to look at; a warning where one image in fifty is blank and
the model does not do well all the same (an empty picture may be a class of its own).
Why it matters: a label on a blank picture teaches noise; such pictures mostly come from a fault, as
a failed download, a wrong crop, a cap on the lens, or values that were scaled twice.
Evidence: how many of each kind among how many, and the most extreme with what was measured.
Remedies: none; look at the pictures and drop or mend them.
Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy" (2000), for sharpness
as the variance of the Laplacian.
"""

from __future__ import annotations

from typing import Any

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.data.faring import fared
from goodfit.checks.data.folders import listed
from goodfit.facts import (
    BaselineFacts,
    ImageFacts,
    ImageOutlier,
    ImageSetFacts,
    SettingsFacts,
    Trace,
)

MANY = Threshold(0.02, source="one label in fifty lies on a picture that shows nothing")
SHARE = Threshold(0.005, source="one picture in two hundred; every set has a few odd ones")
FEWEST = Threshold(3, source="fewer are not worth a word, unless they are blank")


def odd_images(
    images: ImageFacts,
    baselines: BaselineFacts | None = None,
    trace: Trace | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    sets = [one for one in (images.train, images.validation) if one is not None and one.rows_seen]
    if not sets:
        return CannotTell("the images could not be looked at")
    for part in sets:
        kinds = _worth(part)
        if not kinds:
            continue
        blank = kinds.get("blank", 0) >= MANY.value * part.rows_seen
        many = blank and fared(baselines, trace) != "well"
        return Suspicion(
            evidence=_evidence(part, kinds),
            case="blank" if many else "some",
            severity="warning" if many else "tip",
            where=place(
                settings.fit_where if settings else None,
                argument="x" if part.role == "train" else "validation_data",
            ),
        )
    odd = sum(sum(one.outlier_counts.values()) for one in sets)
    return Passed(f"{odd} of {sum(one.rows_seen for one in sets)} images are unlike the others")


def _worth(part: ImageSetFacts) -> dict[str, int]:
    """The kinds with enough images to speak of: any blank one, a share of the others."""
    least = max(FEWEST.value, SHARE.value * part.rows_seen)
    return {
        kind: count
        for kind, count in part.outlier_counts.items()
        if count >= (1 if kind == "blank" else least)
    }


def _name(one: ImageOutlier) -> str:
    place = one.path or (f"row {one.row}" if one.row is not None else "")
    return f"{place} ({one.kind})" if place else ""


def _evidence(part: ImageSetFacts, kinds: dict[str, int]) -> dict[str, Any]:
    names = [_name(one) for one in part.outliers if one.kind in kinds and _name(one)]
    return {
        "set": part.role,
        "rows": part.rows_seen,
        "counts": kinds,
        "total": sum(kinds.values()),
        "share": sum(kinds.values()) / part.rows_seen,
        "told": ", ".join(f"{count} {kind}" for kind, count in kinds.items()),
        "examples": names,
        "named": f": {listed(names)}" if names else "",
    }


_SEEN = "{total} of {rows} {set} images ({share:.1%}) are unlike the others ({told}){named}"

CHECK = Check(
    code="GF133",
    name="odd-images",
    severity="tip",
    function=odd_images,
    message={
        "blank": _SEEN + ". Blank pictures carry labels that nothing in them explains.",
        "some": _SEEN + ".",
    },
    advice={
        "blank": "Look at these pictures (plt.imshow(x[row])) and at the step that reads or crops "
        "them; drop what shows nothing, unless an empty picture is a class of its own.",
        "some": "Look at these pictures; drop or mend those that show nothing.",
    },
)
