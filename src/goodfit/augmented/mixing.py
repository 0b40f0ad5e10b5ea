"""Images of a batch mixed with each other: mixup and cutmix, targets and weights by the same share.

Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: beyond empirical risk minimization" (ICLR 2018); Yun et
al., "CutMix" (ICCV 2019), section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np

from goodfit.recipe import Mixing, MixingKind

KINDS: tuple[MixingKind, ...] = get_args(MixingKind)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Who is mixed with whom: `partner` (rows,) is the number of the other row, `share` (rows,)
    float32 that of the row itself in the target."""

    partner: np.ndarray
    share: np.ndarray

    @classmethod
    def drawn(cls, count: int, alpha: float, generator: np.random.Generator) -> Pairing:
        """A partner for each of so many rows, and shares drawn from Beta(alpha, alpha)."""
        partner = generator.permutation(count)
        return cls(partner, generator.beta(alpha, alpha, count).astype("float32"))

    def mixed(self, values: np.ndarray) -> np.ndarray:
        """Values by row, mixed by the shares; float32."""
        own = self.share.reshape(-1, *(1,) * (values.ndim - 1))
        values = values.astype("float32", copy=False)
        found: np.ndarray = own * values + (1 - own) * values[self.partner]
        return found


def mix(
    images: np.ndarray, mixing: Mixing, generator: np.random.Generator
) -> tuple[np.ndarray, Pairing]:
    """The images mixed in pairs: "mixup" adds two images, "cutmix" lays a box of the one over the
    other.

    Args:
        images: (rows, height, width, channels), float32.
    """
    pairing = Pairing.drawn(len(images), mixing.alpha, generator)
    if mixing.kind == "mixup":
        return pairing.mixed(images), pairing
    boxes = _boxes(pairing.share, images.shape[1:3], generator)
    found = images.copy()
    for row, (top, bottom, left, right) in enumerate(boxes):
        found[row, top:bottom, left:right] = images[pairing.partner[row], top:bottom, left:right]
    area = (boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2])
    kept = 1 - area / (images.shape[1] * images.shape[2])
    return found, Pairing(pairing.partner, kept.astype("float32"))


def _boxes(share: np.ndarray, size: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    """(rows, 4) top, bottom, left, right of boxes that leave about `share` of the image, cut off at
    its edges."""
    sides = []
    for length in size:
        centre = generator.integers(0, length, len(share))
        half = np.sqrt(1 - share) * length / 2
        sides += [np.round(centre - half), np.round(centre + half)]
    found: np.ndarray = np.stack(sides, axis=1).astype(int)
    return found.clip(0, [size[0], size[0], size[1], size[1]])
