"""GF320 input-pipeline-bound: preparing data takes most of the training's time.

Sees: the time that the training loop waited for its next batch, as a share of the epochs' time, the
first epoch left out (it compiles); layers for augmentation that Keras does not compile on JAX, so
that the whole training step runs uncompiled.
Why it matters: the same training takes that much less time with a pipeline that reads ahead; no
faster device helps as long as it waits. An uncompiled step takes several times as long.
Evidence: the seconds waited and trained over those epochs, the share, the kind of source; the
layers that are not compiled.
Remedies: none; what training comes to does not change. `goodfit.AugmentedImages` changes images
in NumPy while the model trains, by the strengths of Keras' layers.
Source: Mohan et al., "Analyzing and Mitigating Data Stalls in DNN Training" (2021), section 3;
Keras, `Model.compile`, jit_compile="auto"; docs/decisions/0011-augmentation.md.
"""

from __future__ import annotations

import math

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.facts import DataFacts, ImageFacts, LayerFacts, ModelFacts, SettingsFacts, Trace

MIN_SHARE = Threshold(0.5, source="half the time: a pipeline that keeps up doubles the speed")
MIN_SECONDS = Threshold(2.0, source="less is not worth anybody's while")
MIN_UNCOMPILED = Threshold(20.0, source="seconds; less is not worth an edit of the model")
CASES = {"tf.data": "tf.data", "PyDataset": "PyDataset", "DataLoader": "DataLoader"}
UNCOMPILED = ("RandomRotation", "RandomZoom", "RandomTranslation", "RandomShear")
"""Keras' layers that say that they do not support jit_compile."""


def input_pipeline_bound(
    trace: Trace,
    data: DataFacts | None = None,
    settings: SettingsFacts | None = None,
    images: ImageFacts | None = None,
    model: ModelFacts | None = None,
    backend: str = "",
) -> Answer:
    waiting = _waiting(trace, data, settings, images)
    if isinstance(waiting, Suspicion):
        return waiting
    found = _uncompiled(model, settings) if backend == "jax" else []
    seconds = [epoch.seconds for epoch in trace.epochs if epoch.index >= 1]
    spent = sum(value for value in seconds if math.isfinite(value))
    if not found or spent < MIN_UNCOMPILED.value:
        return waiting
    names = ", ".join(dict.fromkeys(layer.type for layer in found))
    evidence = {"seconds": spent, "epochs": len(seconds), "layers": names}
    where = place(found[0].where, layer=found[0].path)
    return Suspicion(evidence=evidence, case="uncompiled", where=where)


def _uncompiled(model: ModelFacts | None, settings: SettingsFacts | None) -> list[LayerFacts]:
    """The layers for whose sake the training step is not compiled."""
    if model is None or settings is None or settings.jit_compile is not False:
        return []
    if settings.run_eagerly:
        return []
    return [layer for layer in model.layers if layer.builtin and layer.type in UNCOMPILED]


def _waiting(
    trace: Trace,
    data: DataFacts | None,
    settings: SettingsFacts | None,
    images: ImageFacts | None,
) -> Answer:
    known = [
        (epoch.wait_seconds, epoch.seconds)
        for epoch in trace.epochs
        if epoch.index >= 1 and epoch.wait_seconds is not None
    ]
    known = [pair for pair in known if all(map(math.isfinite, pair)) and pair[1] > 0]
    if not known:
        return NotApplicable("waiting for data was not measured after the first epoch")
    waited, spent = sum(wait for wait, _ in known), sum(seconds for _, seconds in known)
    share = min(1.0, waited / spent)
    source = data.train.source if data else ""
    evidence = {
        "waited": waited,
        "seconds": spent,
        "share": share,
        "epochs": len(known),
        "source": source,
    }
    if share < MIN_SHARE.value:
        return Passed(f"{share:.0%} of the time went into waiting for data", evidence)
    if waited < MIN_SECONDS.value:
        return CannotTell(f"{waited:.2g} seconds of waiting are too few to matter")
    line = settings.fit_where if settings else None
    changes = images.augmentation if images else None
    legacy = changes is not None and changes.place == "generator"
    case = "ImageDataGenerator" if legacy else CASES.get(source, "other")
    return Suspicion(evidence=evidence, case=case, where=place(line))


_WAITED = (
    "Training waited for data {waited:.3g} of {seconds:.3g} seconds ({share:.0%} of {epochs} "
    "epochs)."
)

CHECK = Check(
    code="GF320",
    name="input-pipeline-bound",
    severity="tip",
    function=input_pipeline_bound,
    message={
        **dict.fromkeys((*CASES, "ImageDataGenerator", "other"), _WAITED),
        "uncompiled": "Keras does not compile a training step with {layers} on JAX: {epochs} "
        "epochs took {seconds:.3g} seconds uncompiled.",
    },
    advice={
        "ImageDataGenerator": "Give fit goodfit.AugmentedImages(x, y, flip=..., rotation=..., "
        "translation=..., zoom=...) in place of the generator: it changes images several times as "
        "fast, on every backend.",
        "uncompiled": "Take these layers out of the model and give fit "
        "goodfit.AugmentedImages(x, y, rotation=..., translation=..., zoom=...), which changes "
        "images alike while the compiled step runs.",
        "tf.data": "End the pipeline with .prefetch(tf.data.AUTOTUNE), put .cache() behind what is "
        "the same in every epoch, and give map num_parallel_calls=tf.data.AUTOTUNE.",
        "PyDataset": "Pass workers=4, use_multiprocessing=True to the PyDataset's constructor, and "
        "load once what fits into memory.",
        "DataLoader": "Pass num_workers=4 and persistent_workers=True to the DataLoader.",
        "other": "Prepare the rows once, before fit, or make the generator a keras.utils.PyDataset "
        "with workers=4.",
    },
)
