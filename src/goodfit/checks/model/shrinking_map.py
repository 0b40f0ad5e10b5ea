"""GF213 shrinking-map: a convolutional map that is gone before anything was seen in it.

Sees: a pooling or strided layer that makes a whole map into one place in a single step; kernels
with "same" padding on maps smaller than themselves, which mostly see zeros; strides longer than the
kernel, which skip values unseen. 1x1 convolutions with strides (the shortcuts of residual nets) and
global pooling are left alone. A warning only in a model that does badly.
Why it matters: where things are is lost before the layers that would use it; what is skipped is
lost for good.
Evidence: the map in front of the layer and behind it, its kernel and strides; what shows that the
model suffers.
Remedies: global-pooling.
Source: docs/evidence/model.md; Dumoulin and Visin, "A Guide to Convolution Arithmetic for Deep
Learning" (2016), section 2.
"""

from __future__ import annotations

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, Threshold, place
from goodfit.checks.model.harm import harm
from goodfit.facts import BaselineFacts, LayerFacts, ModelFacts, SettingsFacts, Trace

LARGE = Threshold(4, source="usual poolings halve; from four places to one is a quarter")

_POOLING = (
    *("MaxPooling1D", "MaxPooling2D", "MaxPooling3D"),
    *("AveragePooling1D", "AveragePooling2D", "AveragePooling3D"),
)
_CONVOLUTIONS = (
    *("Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D"),
    *("DepthwiseConv1D", "DepthwiseConv2D"),
)
_ORDER = ("swallowed", "skipped", "padding")


def shrinking_map(
    model: ModelFacts,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    layers = [
        one for one in model.layers if one.builtin and one.type in (*_POOLING, *_CONVOLUTIONS)
    ]
    if not layers:
        return NotApplicable("the model has no convolution or pooling")
    found = [(case, layer) for layer in layers if (case := _case(layer))]
    if not found:
        return Passed(f"the maps of {len(layers)} convolutions and poolings shrink step by step")
    case, layer = min(found, key=lambda one: _ORDER.index(one[0]))
    suffers = harm(trace, baselines, settings)
    before, after = _map(layer.input_shapes, layer), _map(layer.output_shapes, layer)
    return Suspicion(
        case=case,
        severity="warning" if suffers else "tip",
        evidence={
            "layer": layer.path,
            "before": _shown(before),
            "after": _shown(after),
            "kernel": _shown(_kernel(layer, len(before))),
            "strides": _shown(_strides(layer, len(before))),
            "harm": suffers.words if suffers else "shows no harm yet",
        },
        where=place(layer.where, layer=layer.path),
    )


def _case(layer: LayerFacts) -> str:
    before, after = _map(layer.input_shapes, layer), _map(layer.output_shapes, layer)
    if not before or len(before) != len(after):
        return ""
    kernel, strides = _kernel(layer, len(before)), _strides(layer, len(before))
    if not kernel or not strides:
        return ""
    if max(before) >= LARGE.value and max(after) == 1:
        return "swallowed"
    dilated = layer.options.get("dilation_rate") not in (None, 1, (1,) * len(before))
    skips = any(s > k for s, k in zip(strides, kernel, strict=True))
    if skips and max(kernel) > 1 and not dilated:
        return "skipped"
    same = layer.options.get("padding") == "same" and layer.type in _CONVOLUTIONS
    larger = all(k >= 2 * size for k, size in zip(kernel, before, strict=True))
    return "padding" if same and larger and max(kernel) > 1 else ""


def _numbers(value: object, axes: int) -> tuple[int, ...]:
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,) * axes
    if isinstance(value, (tuple, list)) and len(value) == axes:
        numbers = tuple(one for one in value if isinstance(one, int))
        return numbers if len(numbers) == axes else ()
    return ()


def _kernel(layer: LayerFacts, axes: int) -> tuple[int, ...]:
    name = "pool_size" if layer.type in _POOLING else "kernel_size"
    return _numbers(layer.options.get(name), axes)


def _strides(layer: LayerFacts, axes: int) -> tuple[int, ...]:
    given = layer.options.get("strides")
    return _kernel(layer, axes) if given is None else _numbers(given, axes)


def _map(shapes: tuple[tuple[int | None, ...], ...], layer: LayerFacts) -> tuple[int, ...]:
    """The axes of the map, without channels; empty where one is not known."""
    shape = shapes[0] if shapes else ()
    if len(shape) < 2:
        return ()
    first = layer.options.get("data_format") == "channels_first"
    axes = shape[1:] if first else shape[:-1]
    known = tuple(size for size in axes if size is not None)
    return known if len(known) == len(axes) else ()


def _shown(axes: tuple[int, ...]) -> str:
    return " x ".join(str(size) for size in axes)


CHECK = Check(
    code="GF213",
    name="shrinking-map",
    severity="warning",
    function=shrinking_map,
    message={
        "swallowed": "{layer} (window {kernel}, strides {strides}) makes a map of {before} into "
        "{after} in one step; the model {harm}.",
        "skipped": "{layer} moves by {strides} but looks at {kernel} only: it never sees what lies "
        "between; the model {harm}.",
        "padding": "{layer} has a kernel of {kernel} on a map of {before}: most of what it sees is "
        "padding; the model {harm}.",
    },
    advice={
        "swallowed": "Use a window and strides of 2 in {layer}, and again behind the next "
        "convolution; GlobalAveragePooling2D in front of the head if one number a channel is "
        "wanted.",
        "skipped": "Use strides no longer than the kernel in {layer}.",
        "padding": "Use a smaller kernel, or leave out a pooling in front of {layer}.",
    },
    remedies=("global-pooling",),
)
