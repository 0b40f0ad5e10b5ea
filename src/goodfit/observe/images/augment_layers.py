"""Random layers of a model, applied outside it to a few images.

They are built anew from their options with seeds of their own, so that those of the user draw what
they would have drawn. The usual ones are followed by goodfit's own warp in NumPy, which spares the
seconds that JAX takes to compile them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.augmented.draw import changed
from goodfit.augmented.policy import NAMES, policy_of
from goodfit.facts import LayerFacts, ModelFacts
from goodfit.observe.objects.graph import layer_paths
from goodfit.randomness import sealed

OTHERS = ("RandAugment", "AugMix", "AutoContrast", "Equalization", "Solarization")
"""Layers that change images at random without saying so by their names."""
MIXES = ("MixUp", "CutMix")
FIXED = ("Rescaling", "Resizing", "CenterCrop", "Normalization", "Identity")
QUIET = ("seed", "dtype", "data_format", "fill_mode", "fill_value", "interpolation", "value_range")
"""Options that say nothing of how strong a change is."""
SLOW = ("RandAugment", "AugMix", "RandomElasticTransform", "RandomPerspective", "RandomColorJitter")
"""Layers of many operations, which JAX compiles one by one, for many seconds."""
BATCH = 64


def is_random(layer: LayerFacts) -> bool:
    """Whether a layer of Keras' own changes images at random while training."""
    named = layer.type.startswith("Random") and not layer.type.startswith("RandomFourier")
    return layer.builtin and (named or layer.type in (*OTHERS, *MIXES))


def in_words(layer: LayerFacts) -> str:
    """The layer with what makes it strong or weak, e.g. "RandomRotation(0.1)"."""
    told = {k: v for k, v in layer.options.items() if k not in QUIET and v is not None}
    parts = [
        _value(value) if name in ("factor", "mode") else f"{name}={_value(value)}"
        for name, value in told.items()
    ]
    return f"{layer.type}({', '.join(parts)})"


def _value(value: object) -> str:
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, float) for v in value):
        low, high = value
        return f"{high:g}" if low == -high else f"{low:g} to {high:g}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def random_layers(model: ModelFacts) -> tuple[LayerFacts, ...]:
    """The layers that change images at random while training."""
    return tuple(layer for layer in model.layers if is_random(layer))


@dataclass(frozen=True, slots=True)
class Chain:
    """Layers (facts, layer) that images pass one after the other, the last of them random."""

    layers: tuple[tuple[LayerFacts, Any], ...]

    @property
    def slow(self) -> bool:
        """Whether the backend would have to compile for long."""
        import keras

        return keras.backend.backend() == "jax" and any(
            facts.type in SLOW for facts, _ in self.layers
        )

    @property
    def scalable(self) -> bool:
        """Whether nothing here counts pixels, so that smaller images are changed alike."""
        return all(f.type in NAMES or f.type in ("Rescaling", "Identity") for f, _ in self.layers)

    def __call__(self, images: np.ndarray, seed: int, *, training: bool = True) -> np.ndarray:
        """The images as they leave the last layer, in training or inference mode."""
        found = images.astype(np.float32)
        for number, (facts, layer) in enumerate(self.layers):
            if not is_random(facts):
                found = _fixed(facts, layer, found)
            elif training or facts.type == "RandomCrop":  # which crops the middle otherwise
                found = _changed(facts, layer, found, seed + number, training=training)
        return found


def chain(live: Any, model: ModelFacts, input_name: str) -> Chain | None:
    """The layers from the model's input of images to its last random one; None where not all of the
    random ones lie on a way of which every layer is known."""
    wanted = random_layers(model)
    passed = list(_way(model, input_name))
    last = max((i for i, facts in enumerate(passed) if is_random(facts)), default=-1)
    passed = passed[: last + 1]
    channels_first = any(f.options.get("data_format") == "channels_first" for f in passed)
    if channels_first or any(facts not in passed or facts.type in MIXES for facts in wanted):
        return None
    known = dict(layer_paths(live))
    return Chain(tuple((facts, known[facts.path]) for facts in passed))


def _way(model: ModelFacts, input_name: str) -> Iterator[LayerFacts]:
    """The layers behind an input, one after the other, as long as what they do is known."""
    names = [one.name for one in model.inputs]
    name = names[0] if len(names) == 1 else input_name
    takers = [facts for facts in model.layers if name in facts.model_inputs]
    if not takers and len(names) < 2:  # not built when it was looked at, or subclassed
        takers = list(model.layers[:1])
    while len(takers) == 1 and (is_random(takers[0]) or _is_fixed(takers[0])):
        yield takers[0]
        takers = [facts for facts in model.layers if takers[0].path in facts.inputs]


def _is_fixed(facts: LayerFacts) -> bool:
    return facts.builtin and facts.type in FIXED


def _fixed(facts: LayerFacts, layer: Any, images: np.ndarray) -> np.ndarray:
    scale, offset = facts.options.get("scale"), facts.options.get("offset", 0.0)
    if facts.type == "Rescaling" and isinstance(scale, float) and isinstance(offset, (float, int)):
        return images * np.float32(scale) + np.float32(offset)
    return _called(lambda batch: layer(batch), images)


def _changed(
    facts: LayerFacts, layer: Any, images: np.ndarray, seed: int, *, training: bool
) -> np.ndarray:
    policy = policy_of([(facts.type, facts.options)])
    if policy is not None:
        return changed(images, policy, np.random.default_rng(seed))
    with sealed(seed):
        copy = _copy(facts, layer, seed)
        return _called(lambda batch: copy(batch, training=training), images)


def _copy(facts: LayerFacts, layer: Any, seed: int) -> Any:
    """The layer built anew from its options; `get_config` would load TensorFlow wherever it is
    installed."""
    options: dict[str, Any] = dict(facts.options)
    if "seed" in options:
        options["seed"] = seed
    if facts.type == "RandomShear":  # keeps (-n, n) of the n that it takes
        for name in ("x_factor", "y_factor"):
            options[name] = max(map(abs, options[name]))
    return type(layer)(**options)


def _called(function: Any, images: np.ndarray) -> np.ndarray:
    """Images through a layer in batches of one size: some layers draw once for a whole batch."""
    import keras

    found: list[np.ndarray] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for start in range(0, len(images), BATCH):
            part = images[start : start + BATCH]
            filled = np.concatenate([part, np.repeat(part[:1], BATCH - len(part), axis=0)])
            answer = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(filled)))
            found.append(np.asarray(answer, np.float32)[: len(part)])
    return np.concatenate(found)


def flips(layers: Sequence[LayerFacts]) -> tuple[str, ...]:
    """ "horizontal", "vertical": how the layers mirror."""
    modes = " ".join(str(one.options.get("mode")) for one in layers if one.type == "RandomFlip")
    return tuple(mode for mode in ("horizontal", "vertical") if mode in modes)


def rotation(layers: Sequence[LayerFacts]) -> float:
    """The greatest angle by which they turn, in degrees."""
    factors = [one.options.get("factor") for one in layers if one.type == "RandomRotation"]
    told = [share for pair in factors if isinstance(pair, tuple) for share in pair]
    shares = [abs(share) for share in told if isinstance(share, (int, float))]
    return 360 * min(max(shares, default=0.0), 0.5)
