"""GF610 generator-exhausted: the generator ended before the training did.

Sees: the exceptions about a generator that gives nothing or no pairs, and the one that an epoch
without a batch ends in on JAX; and, without an exception,
an epoch without a single batch: its printed loss is exactly that of the epoch before, in which the
weights moved, and the weights are the same after it; or an epoch of less than half the first one's
steps.
Why it matters: a generator that is not endless is empty after its first pass. Keras warns, prints
the old numbers again, and then goes on with the two batches that it had looked at beforehand: the
later epochs train on those alone.
Evidence: the exception, or the epoch, the steps of an epoch, and the loss that was printed twice.
Remedies: none is applied by itself; the advice says what to type.
Source: the messages of Keras 3; its GeneratorDataAdapter and EpochIterator, read in 3.15.
"""

from __future__ import annotations

import math
import re

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, Threshold, place
from goodfit.facts import CrashFacts, DataFacts, Epoch, SettingsFacts, Trace

SHORT = Threshold(0.5, source="an epoch of less than half the first one's steps was cut short")
SOURCES = ("generator", "other")
_CASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (case, re.compile(pattern, re.DOTALL))
    for case, pattern in (
        ("empty", r"the generator must yield at least one batch"),
        ("pairs", r"the generator must return a tuple"),
        ("sizes", r"Generator yielded an element of shape (?P<first>.+?) where an element of shape "
         r"(?P<second>.+?) was expected"),
        ("stopped", r"generator raised StopIteration"),
    )
)  # fmt: skip


def generator_exhausted(
    crash: CrashFacts | None = None,
    data: DataFacts | None = None,
    settings: SettingsFacts | None = None,
    trace: Trace | None = None,
) -> Answer:
    if crash is not None:
        for case, pattern in _CASES:
            if (found := pattern.search(crash.message)) is not None:
                evidence = {"during": crash.during, **found.groupdict()}
                return Suspicion(case=case, evidence=evidence, where=place(crash.where))
        if trace is not None and trace.trained and _state_lost(crash):
            evidence = {"during": crash.during, "epochs": trace.trained}
            return Suspicion(case="lost", evidence=evidence, where=place(crash.where))
    source = data.train.source if data is not None else ""
    if source not in SOURCES or trace is None:
        return NotApplicable("nothing was trained on a generator")
    epochs = [epoch for epoch in trace.epochs if epoch.index >= 0]
    first = epochs[0].steps if epochs else None
    short = next(
        (e for e in epochs[1:] if first and e.steps is not None and e.steps < SHORT.value * first),
        None,
    )
    if short is not None:
        evidence = {"epoch": short.index + 1, "steps": short.steps, "first_steps": first}
        line = settings.fit_where if settings is not None else None
        return Suspicion(case="short", evidence=evidence, where=place(line))
    empty = next((i for i in range(1, len(epochs)) if _empty(trace, epochs, i)), None)
    if empty is None:
        return Passed(f"the generator gave batches in all {len(epochs)} epochs")
    steps = settings.steps_per_epoch if settings is not None else None
    evidence = {
        "epoch": empty + 1,
        "epochs": len(epochs),
        "loss": epochs[empty].logs["loss"],
        "steps_per_epoch": steps,
    }
    line = settings.fit_where if settings is not None else None
    return Suspicion(case="epoch", evidence=evidence, where=place(line))


def _state_lost(crash: CrashFacts) -> bool:
    """What Keras on JAX raises after an epoch without a batch: the weights that its steps carry are
    never handed back, and the variable has no initialiser left to start from."""
    return (crash.type, crash.during, crash.message) == (
        "TypeError",
        "fit",
        "'NoneType' object is not callable",
    )


def _empty(trace: Trace, epochs: list[Epoch], i: int) -> bool:
    """Whether epoch `i` saw no batch: the numbers of the one before again, which had moved the
    weights. A training that stands still prints one number twice too, but did not move before."""
    before, now = epochs[i - 1], epochs[i]
    loss = now.logs.get("loss")
    if loss is None or not math.isfinite(loss) or loss == 0 or loss != before.logs.get("loss"):
        return False
    honest = {index: one.mean for index, one in trace.honest("train")}
    start, middle, end = (honest.get(now.index - back) for back in (2, 1, 0))
    return None not in (start, middle, end) and start != middle and middle == end


CHECK = Check(
    code="GF610",
    name="generator-exhausted",
    severity="error",
    function=generator_exhausted,
    message={
        "empty": "The generator gave no batch at all.",
        "pairs": "The generator does not yield tuples (inputs, labels).",
        "sizes": "The generator's batches have unlike shapes: {first} where {second} was expected.",
        "stopped": "The generator ran out of data inside and ended with an error.",
        "short": "The generator ran out of data: epoch {epoch} had {steps} steps, the first one "
        "{first_steps}.",
        "lost": "The generator ran out of data after {epochs} epochs: the next had no batch, after "
        "which Keras on JAX has lost the model's weights.",
        "epoch": "The generator ran out of data: epoch {epoch} of {epochs} had no batch (its loss "
        "{loss:.4g} is the one printed before), and the later ones see only the first two batches.",
    },
    advice={
        "empty": "A generator can be run through only once: make a new one for each call, "
        "model.fit(batches(), ...). If it is new, look whether it finds any file or row.",
        "pairs": "Yield tuples, not lists: yield x_batch, y_batch.",
        "sizes": "Make all batches alike, but for the number of rows: pad or crop each to one "
        "shape.",
        "stopped": "Put `while True:` round its loop and make the inner iterator anew in it; do "
        "not call next(...) on one that can end.",
        "short": "Put `while True:` round the generator's loop, so that it starts again after each "
        "pass, and set steps_per_epoch to the batches of one pass.",
        "lost": "Put `while True:` round the generator's loop, so that it starts again after each "
        "pass, and set steps_per_epoch to the batches of one pass.",
        "epoch": "Put `while True:` round the generator's loop, so that it starts again after each "
        "pass, and set steps_per_epoch to the batches of one pass; or hand over the arrays, or a "
        "keras.utils.PyDataset.",
    },
)
