"""GF320 input-pipeline-bound: training spends most of its time waiting for data.

Sees: the time that the training loop waited for its next batch, as a share of the epochs' time, the
first epoch left out (it compiles).
Why it matters: the same training takes that much less time with a pipeline that reads ahead; no
faster device helps as long as it waits.
Evidence: the seconds waited and trained over those epochs, the share, the kind of source.
Remedies: none; the result of training does not change.
Source: Mohan et al., "Analyzing and Mitigating Data Stalls in DNN Training" (2021), section 3.
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
from goodfit.facts import DataFacts, SettingsFacts, Trace

MIN_SHARE = Threshold(0.5, source="half the time: a pipeline that keeps up doubles the speed")
MIN_SECONDS = Threshold(2.0, source="less is not worth anybody's while")
CASES = {"tf.data": "tf.data", "PyDataset": "PyDataset", "DataLoader": "DataLoader"}


def input_pipeline_bound(
    trace: Trace, data: DataFacts | None = None, settings: SettingsFacts | None = None
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
    return Suspicion(evidence=evidence, case=CASES.get(source, "other"), where=place(line))


_WAITED = (
    "Training waited for data {waited:.3g} of {seconds:.3g} seconds ({share:.0%} of {epochs} "
    "epochs)."
)

CHECK = Check(
    code="GF320",
    name="input-pipeline-bound",
    severity="tip",
    function=input_pipeline_bound,
    message=dict.fromkeys((*CASES, "other"), _WAITED),
    advice={
        "tf.data": "End the pipeline with .prefetch(tf.data.AUTOTUNE), put .cache() behind what is "
        "the same in every epoch, and give map num_parallel_calls=tf.data.AUTOTUNE.",
        "PyDataset": "Pass workers=4, use_multiprocessing=True to the PyDataset's constructor, and "
        "load once what fits into memory.",
        "DataLoader": "Pass num_workers=4 and persistent_workers=True to the DataLoader.",
        "other": "Prepare the rows once, before fit, or make the generator a keras.utils.PyDataset "
        "with workers=4.",
    },
)
