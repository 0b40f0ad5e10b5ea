"""GF128 image-size: a picture size that fits neither the pooling nor the pretrained base.

Sees: pooling or strided layers that drop a good part of their map, since its size is no multiple of
theirs; a nested base of many convolutions whose last map is one or two pixels wide.
Why it matters: dropped rows and columns are never looked at. A deep base that ends in a single
pixel long before its pooling has lost all places, and its filters, trained on larger pictures, see
objects of a size they do not know.
Evidence: the shapes of the maps before and after; the share of the map that is dropped; the size of
the picture that enters the base and of its last map.
Remedies: none; resize or pad the pictures.
Source: Keras, layers MaxPooling2D, `padding` ("valid": the border that does not fit is dropped);
Touvron et al., "Fixing the train-test resolution discrepancy" (2019).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, Threshold, place
from goodfit.facts import LayerFacts, ModelFacts, Shape

DROPPED = Threshold(0.25, source="a quarter of the map is never looked at")
DEEP = Threshold(10, source="convolutions; pretrained bases have dozens, hand-made nests a few")
LOST = Threshold(2, source="pixels a side: no place is left")
POOLS = ("MaxPooling2D", "AveragePooling2D")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dropped:
    layer: LayerFacts
    share: float
    before: tuple[int, int]
    after: tuple[int, int]


def _sides(shape: Shape, last: bool) -> tuple[int, int] | None:
    pair = shape[-3:-1] if last else shape[-2:]
    if len(pair) != 2 or pair[0] is None or pair[1] is None:
        return None
    return pair[0], pair[1]


def _pair(value: object) -> tuple[int, int] | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, int) for v in value):
        return int(value[0] or 0), int(value[1] or 0)
    return None


def _dropped(layer: LayerFacts) -> _Dropped | None:
    """What a pooling layer with padding "valid" leaves out at the border."""
    if layer.type not in POOLS or layer.options.get("padding", "valid") != "valid":
        return None
    last = layer.options.get("data_format", "channels_last") != "channels_first"
    size = _pair(layer.options.get("pool_size", 2))
    steps = _pair(layer.options.get("strides")) or size
    if not layer.input_shapes or not layer.output_shapes or size is None or steps is None:
        return None
    before, after = _sides(layer.input_shapes[0], last), _sides(layer.output_shapes[0], last)
    if before is None or after is None or min(*before, *after, *steps) < 1:
        return None
    used = [min((n - 1) * s + p, b) for n, s, p, b in zip(after, steps, size, before, strict=True)]
    share = 1 - used[0] * used[1] / (before[0] * before[1])
    return _Dropped(layer=layer, share=share, before=before, after=after)


def _bases(model: ModelFacts) -> Iterator[tuple[str, list[LayerFacts]]]:
    """Nested models of many convolutions."""
    names = dict.fromkeys(layer.path.split("/")[0] for layer in model.layers if "/" in layer.path)
    for name in names:
        inside = [layer for layer in model.layers if layer.path.startswith(f"{name}/")]
        convolutions = [layer for layer in inside if "Conv2D" in layer.type]
        if len(convolutions) >= DEEP.value:
            yield name, convolutions


def _vanished(convolutions: list[LayerFacts]) -> dict[str, Any] | None:
    first, last = convolutions[0], convolutions[-1]
    if not first.input_shapes or not last.output_shapes:
        return None
    before = _sides(first.input_shapes[0], True)
    after = _sides(last.output_shapes[0], True)
    if before is None or after is None or max(after) > LOST.value:
        return None
    return {"side": min(before), "last": max(after), "before": before, "after": after}


def image_size(model: ModelFacts) -> Answer:
    pools = [found for layer in model.layers if (found := _dropped(layer)) is not None]
    bases = list(_bases(model))
    if not pools and not bases:
        return NotApplicable("no pooling of pictures, and no pretrained base, with known shapes")
    for name, convolutions in bases:
        told = _vanished(convolutions)
        if told is not None:
            where = place(convolutions[0].where, layer=name)
            return Suspicion(evidence=told | {"layer": name}, case="base", where=where)
    worst = max(pools, key=lambda one: one.share, default=None)
    if worst is None or worst.share < DROPPED.value:
        share = worst.share if worst is not None else 0.0
        return Passed(f"no pooling layer drops more than {share:.0%} of its map")
    evidence = {
        "layer": worst.layer.path,
        "share": worst.share,
        "before": "x".join(map(str, worst.before)),
        "after": "x".join(map(str, worst.after)),
    }
    where = place(worst.layer.where, layer=worst.layer.path)
    return Suspicion(evidence=evidence, case="pooling", where=where)


CHECK = Check(
    code="GF128",
    name="image-size",
    severity="tip",
    function=image_size,
    message={
        "pooling": "Layer {layer} pools a map of {before} to {after} and drops {share:.0%} of it, "
        "at the right and lower border.",
        "base": "The base {layer} turns pictures of {side} pixels a side into a map of {last}: "
        "where things are is lost, and its filters were made for larger pictures.",
    },
    advice={
        "pooling": "Give the layer padding='same', or choose a picture size that can be halved as "
        "often as the model pools.",
        "base": "Enlarge the pictures before the base, keras.layers.Resizing(160, 160), or cut "
        "the base at an earlier layer.",
    },
)
