"""What may happen to a training image, in the numbers of Keras' own augmentation layers.

A policy is read off the configurations of such layers (`policy_of`) and written as them (`layers`),
so that a feed that follows it and a model with the layers learn from the same kind of images.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

Share = float | tuple[float, float]
"""A number as Keras takes it, or the (lowest, highest) that is drawn."""
Flip = Literal["none", "horizontal", "vertical", "both"]
FillMode = Literal["reflect", "nearest", "constant", "wrap"]
Interpolation = Literal["bilinear", "nearest"]

MODES = {"horizontal": "horizontal", "vertical": "vertical", "both": "horizontal_and_vertical"}
FROM_MODES: Mapping[str, Any] = {theirs: ours for ours, theirs in MODES.items()}
GEOMETRIC = ("rotation", "translation", "zoom", "shear")
RANGED = ("brightness", "contrast", "erasing")
BOUNDS = {"shear": (-1.0, 1.0), "contrast": (0.0, 1.0), "erasing": (0.0, 1.0)}
LEAST_ERASED = 0.02
"""Keras' own lower bound of the share that is erased."""
Option = tuple[str, Mapping[str, Any]]
"""A layer: its class's name and its options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Random changes, each drawn anew for every image. 0 leaves a change out.

    A number n of `rotation` (share of a full turn), `translation` (share of height and of width,
    each drawn for itself), `zoom` (above 0 zooms out; the aspect is kept), `shear` and `brightness`
    (share of the range of values) stands for (-n, n). `contrast` is multiplied by a factor from
    [1 - n, 1 + n], or [1 - low, 1 + high] of a pair. `erasing` fills a box, of at most that share
    of the area, with noise in every second image. `flip` mirrors every second image ("both": left
    and right, top and bottom, each for itself).

    Attributes:
        fill_mode: what stands where nothing was: "reflect" the image mirrored at its edge,
            "nearest" the pixel at the edge, "constant" `fill_value`, "wrap" the opposite edge.
        value_range: least and greatest value that brightness, contrast and erasing may give.
    """

    flip: Flip = "none"
    rotation: Share = 0.0
    translation: Share = 0.0
    zoom: Share = 0.0
    shear: Share = 0.0
    brightness: Share = 0.0
    contrast: Share = 0.0
    erasing: Share = 0.0
    fill_mode: FillMode = "reflect"
    fill_value: float = 0.0
    interpolation: Interpolation = "bilinear"
    value_range: tuple[float, float] = (0.0, 255.0)

    def __post_init__(self) -> None:
        for name, known in (
            ("flip", Flip),
            ("fill_mode", FillMode),
            ("interpolation", Interpolation),
        ):
            if getattr(self, name) not in get_args(known):
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; expected one of {get_args(known)}"
                )
        for name in (*GEOMETRIC, *RANGED):
            low, high = BOUNDS.get(name, (-1.0, 1.0))
            if not all(low <= number <= high for number in self.between(name)):
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; expected a number, or a (lowest, highest) "
                    f"pair, in [{low:g}, {high:g}]"
                )
        if not self.value_range[0] < self.value_range[1]:
            raise ValueError(
                f"value_range is {self.value_range!r}; expected (least, greatest) pixel value"
            )

    def between(self, name: str) -> tuple[float, float]:
        """What a change is drawn from: its lowest and its highest number."""
        given: Share = getattr(self, name)
        if isinstance(given, (tuple, list)):
            low, high = given
            return (float(low), float(high)) if name == "contrast" else _sorted(low, high)
        if name == "contrast":
            return (float(given), float(given))
        if name == "erasing":
            return (min(LEAST_ERASED, given), float(given))
        return _sorted(-given, given)

    def asks(self, name: str) -> bool:
        """Whether images are changed in this way at all."""
        if name == "flip":
            return self.flip != "none"
        return self.between(name) != (0.0, 0.0)

    @property
    def moves(self) -> bool:
        """Whether pixels are moved between the places of the grid."""
        return any(self.asks(name) for name in GEOMETRIC)

    def layers(self) -> tuple[Option, ...]:
        """Keras' layers that do the same, in the order in which they are applied."""
        names = ("flip", *GEOMETRIC, *RANGED)
        return tuple((KINDS[name], self._options(name)) for name in names if self.asks(name))

    def _options(self, name: str) -> Mapping[str, Any]:
        if name == "flip":
            return {"mode": MODES[self.flip]}
        pair = list(self.between(name))
        options: dict[str, Any] = dict.fromkeys(FACTORS.get(name, ("factor",)), pair)
        if name == "erasing":
            options["factor"] = 1.0
        if name == "shear":
            options = dict.fromkeys(options, max(map(abs, pair)))
        if name in RANGED:
            return {**options, "value_range": list(self.value_range)}
        filled = {key: getattr(self, key) for key in ("fill_mode", "fill_value", "interpolation")}
        return {**options, **{key: value for key, value in filled.items() if value != USUAL[key]}}


KINDS: Mapping[str, str] = {
    "flip": "RandomFlip",
    "rotation": "RandomRotation",
    "translation": "RandomTranslation",
    "zoom": "RandomZoom",
    "shear": "RandomShear",
    "brightness": "RandomBrightness",
    "contrast": "RandomContrast",
    "erasing": "RandomErasing",
}
"""Keras' layer of each change."""
FACTORS: Mapping[str, tuple[str, ...]] = {
    "translation": ("height_factor", "width_factor"),
    "zoom": ("height_factor",),
    "shear": ("x_factor", "y_factor"),
    "erasing": ("scale",),
}
"""What Keras calls the numbers of a change, where not "factor"."""
NAMES: Mapping[str, str] = {kind: name for name, kind in KINDS.items()}
USUAL: Mapping[str, Any] = {field.name: field.default for field in fields(Policy)}
IGNORED = ("seed", "name", "trainable", "dtype", "data_format", "bounding_box_format")


def _sorted(low: float, high: float) -> tuple[float, float]:
    return (float(min(low, high)), float(max(low, high)))


def policy_of(layers: Sequence[Option]) -> Policy | None:
    """The policy that does what a chain of Keras' layers does; None where no policy does.

    The order of the chain is not kept: images are flipped, turned, moved, zoomed and sheared by one
    map, and their values changed afterwards.
    """
    found: dict[str, Any] = {}
    for kind, options in layers:
        told = _read(kind, options)
        if told is None or any(found.get(key, value) != value for key, value in told.items()):
            return None
        if NAMES[kind] in found:
            return None
        found |= told
    try:
        return Policy(**found)
    except ValueError:
        return None


def _read(kind: str, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """The policy's fields that one layer sets, its fill mode or range among them."""
    name = NAMES.get(kind)
    left = {key: value for key, value in options.items() if key not in IGNORED}
    if name is None or options.get("data_format") == "channels_first":
        return None
    if name == "flip":
        return {"flip": FROM_MODES.get(left.get("mode", MODES["both"]))}
    told: dict[str, Any] = {}
    if name in GEOMETRIC:
        told = {
            key: left.pop(key, USUAL[key]) for key in ("fill_mode", "fill_value", "interpolation")
        }
    if name in RANGED:
        told = {"value_range": tuple(map(float, left.pop("value_range", USUAL["value_range"])))}
    if name == "erasing" and left.pop("factor", 1.0) not in (1.0, (0, 1.0), [0, 1.0]):
        return None
    numbers = [left.pop(key, None) for key in FACTORS.get(name, ("factor",))]
    others = [value for value in left.values() if value is not None]
    if others or numbers[0] is None or any(number != numbers[0] for number in numbers):
        return None
    return told | {name: _share(name, numbers[0])}


def _share(name: str, number: Any) -> Share:
    if isinstance(number, (tuple, list)):
        return _symmetric(name, float(number[0]), float(number[1]))
    # Keras reads one number of these two from 0 upwards.
    return (0.0, float(number)) if name in ("contrast", "erasing") else abs(float(number))


def _symmetric(name: str, low: float, high: float) -> Share:
    if name == "contrast":
        return high if low == high else (low, high)
    if name == "erasing":
        return high if low == LEAST_ERASED else (low, high)
    return high if low == -high else (low, high)
