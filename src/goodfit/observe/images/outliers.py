"""Images unlike the others of their set: of one colour, dark, bright or blurred.

An image stands out where it lies many robust standard deviations (1.4826 times the median absolute
deviation) from the median, and where it also looks wrong by itself: the one alone would flag every
set with long tails, the other every set that is dark or smooth by nature.
"""

from __future__ import annotations

import numpy as np

from goodfit.facts import ImageOutlier
from goodfit.observe.images.measures import Measures

SHOWN = 20
LEAST_ROWS = 50
RARE = 0.05
"""What more than this share of the images are is how the set is."""
BLANK, BLANK_OF_MEDIAN = 0.01, 0.1
"""Standard deviation over pixels: two and a half steps of a byte, and a tenth of the median."""
DARK, BRIGHT = 0.03, 0.97
FAR = 6.0
BLUR_SIDE = 64
"""Smaller images have no detail to lose."""
BLUR, BLUR_OF_MEDIAN, BLUR_FAR = 1.5e-4, 0.05, 3.0
"""A variance of the Laplacian of 10 in steps of a byte, and a twentieth of the median."""
EDGE = 1e-4


def deviations(values: np.ndarray) -> np.ndarray:
    """How many robust standard deviations each value lies above the median."""
    apart = values - np.median(values)
    spread = 1.4826 * float(np.median(np.abs(apart)))
    return np.asarray(apart / max(spread, 1e-9))


def _logit(shares: np.ndarray) -> np.ndarray:
    inside = np.clip(shares, EDGE, 1 - EDGE)
    return np.asarray(np.log(inside / (1 - inside)))


def _kinds(found: Measures, side: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each kind: which images are of it, and the value that says so."""
    contrast, brightness, sharpness = found.contrast, found.brightness, found.sharpness
    blank = (contrast < BLANK) & (contrast < BLANK_OF_MEDIAN * np.median(contrast))
    light = deviations(_logit(brightness))
    dark = ~blank & (brightness < DARK) & (light < -FAR)
    bright = ~blank & (brightness > BRIGHT) & (light > FAR)
    # Detail for the contrast there is: a clear sky is smooth, but not blurred.
    detail = deviations(np.log(np.maximum(sharpness, 1e-12) / np.maximum(contrast, 1e-6) ** 2))
    blurred = (
        ~(blank | dark | bright)
        & (sharpness < BLUR)
        & (sharpness < BLUR_OF_MEDIAN * np.median(sharpness))
        & (detail < -BLUR_FAR)
    )
    if side < BLUR_SIDE:
        blurred = np.zeros_like(blurred)
    return {
        "blank": (blank, contrast),
        "dark": (dark, brightness),
        "bright": (bright, brightness),
        "blurred": (blurred, sharpness),
    }


def outliers(
    found: Measures, side: int, index: np.ndarray | None
) -> tuple[tuple[ImageOutlier, ...], dict[str, int]]:
    """The images that stand out, the most extreme of each kind first, and how many there are.

    Args:
        found: the measures of the set's images.
        side: the shorter side of an image.
        index: the images' numbers in the user's arrays, None for a stream.
    """
    if len(found.contrast) < LEAST_ROWS:
        return (), {}
    shown: list[ImageOutlier] = []
    counts = {}
    for kind, (which, values) in _kinds(found, side).items():
        places = np.flatnonzero(which)
        if not 0 < len(places) <= RARE * len(which):
            continue
        counts[kind] = len(places)
        sign = -1 if kind == "bright" else 1
        for place in places[np.argsort(sign * values[places], kind="stable")].tolist():
            row = None if index is None else int(index[place])
            shown.append(ImageOutlier(kind=kind, value=float(values[place]), row=row))  # type: ignore[arg-type]
    return _mixed(shown, list(counts)), counts


def _mixed(shown: list[ImageOutlier], kinds: list[str]) -> tuple[ImageOutlier, ...]:
    """At most twenty, as many of each kind as there is room for."""
    each = max(1, SHOWN // max(1, len(kinds)))
    first = [one for kind in kinds for one in [o for o in shown if o.kind == kind][:each]]
    return tuple(first + [one for one in shown if one not in first][: SHOWN - len(first)])
