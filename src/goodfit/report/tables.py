"""The tables of the HTML report: facts as rows of text, cleaned here, escaped by Jinja."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from goodfit.facts import (
    ArrayFacts,
    BaselineFacts,
    DataFacts,
    LayerFacts,
    LayerProbe,
    ModelFacts,
    SettingsFacts,
    TargetFacts,
    Trace,
)
from goodfit.report.curves import metric_names
from goodfit.report.words import (
    UNKNOWN,
    clean,
    count,
    give_or_take,
    number,
    percent,
    shape,
    short_path,
    value,
)
from goodfit.results import Finding, Outcome

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`numeric` are the columns set flush right, `marked` the rows that stand out."""

    head: Row
    rows: tuple[Row, ...]
    numeric: tuple[int, ...] = ()
    marked: tuple[int, ...] = ()
    note: str = ""


def evidence(finding: Finding) -> tuple[tuple[str, str], ...]:
    """(words, value) of a finding's evidence: "best_epoch" reads "best epoch"."""
    items = list(finding.evidence.items())[:40]
    return tuple((clean(key, 80).replace("_", " "), value(item, 400)) for key, item in items)


def _probes(trace: Trace | None) -> dict[str, LayerProbe]:
    """The last probe of each layer; later epochs win."""
    found: dict[str, LayerProbe] = {}
    for epoch in reversed(trace.epochs if trace else ()):
        if epoch.layers:
            for probe in epoch.layers:
                found.setdefault(probe.path, probe)
            break
    return found


def layers(
    model: ModelFacts, trace: Trace | None, named: Iterable[str], script: str | None, most: int
) -> Table:
    """One row a layer, at most `most`; those that findings name are marked and never left out."""
    probes, named = _probes(trace), set(named)
    kept = [at for at, layer in enumerate(model.layers) if layer.path in named]
    others = (at for at, layer in enumerate(model.layers) if layer.path not in named)
    chosen = sorted((*kept, *(at for at, _ in zip(others, range(most), strict=False))))
    rows = tuple(_layer(model.layers[at], probes, script) for at in chosen)
    left = len(model.layers) - len(chosen)
    return Table(
        head=(
            "Layer",
            "Type",
            "Output",
            "Activation",
            "Parameters",
            "Dead units",
            "Gradient norm",
            "Update ratio",
            "Line",
        ),
        rows=rows,
        numeric=(4, 5, 6, 7),
        marked=tuple(i for i, at in enumerate(chosen) if model.layers[at].path in named),
        note=f"{count(left, 'more layer')} not shown; the JSON report has them all."
        if left
        else "",
    )


def _layer(layer: LayerFacts, probes: dict[str, LayerProbe], script: str | None) -> Row:
    probe = probes.get(layer.path)
    line = layer.where
    outputs = ", ".join(shape(axes) for axes in layer.output_shapes[:4])
    kind = clean(layer.type, 60) + ("" if layer.trainable or not layer.parameters else " (frozen)")
    return (
        clean(layer.path, 120),
        kind + (f", used {layer.calls} times" if layer.calls > 1 else ""),
        outputs or UNKNOWN,
        clean(layer.activation, 40) if layer.activation else UNKNOWN,
        number(layer.parameters) if layer.parameters else UNKNOWN,
        percent(probe.dead) if probe else UNKNOWN,
        number(probe.gradient_norm) if probe else UNKNOWN,
        number(probe.update_ratio) if probe else UNKNOWN,
        f"{short_path(line.file, script)}:{line.line}" if line else UNKNOWN,
    )


def data(facts: DataFacts) -> Table:
    """One row for each input and target of each set."""
    rows: list[Row] = []
    for role, rows_of in (("training", facts.train), ("validation", facts.validation)):
        if rows_of is not None:
            rows_ = number(rows_of.rows) if rows_of.rows is not None else "unknown"
            arrays: tuple[ArrayFacts | TargetFacts, ...] = (
                *rows_of.inputs[:20],
                *rows_of.targets[:20],
            )
            rows += [_array(role, rows_, array) for array in arrays]
    head = ("Set", "Array", "Kind", "Shape", "Type", "Rows", "Range", "Mean ± spread", "Not finite")
    return Table(head=head, rows=tuple(rows), numeric=(5, 6, 7, 8))


def _array(role: str, rows: str, array: ArrayFacts | TargetFacts) -> Row:
    kind = clean(array.kind, 40)
    if isinstance(array, TargetFacts):
        kind = f"target, {kind}" + (f" ({array.distinct:,})" if array.distinct else "")
    return (
        role,
        clean(array.name, 60),
        kind,
        shape(array.shape),
        clean(array.dtype, 40),
        rows,
        UNKNOWN if array.minimum is None else f"{number(array.minimum)} … {number(array.maximum)}",
        UNKNOWN if array.mean is None else give_or_take(array.mean, array.std),
        number(array.non_finite),
    )


def data_notes(facts: DataFacts) -> list[str]:
    """Class counts, duplicates and leaked rows in sentences."""
    notes = []
    for role, rows in (("training", facts.train), ("validation", facts.validation)):
        if rows is None:
            continue
        for target in rows.targets[:4]:
            if target.class_counts:
                counts = value(dict(target.class_counts), 300)
                notes.append(f"Classes of {clean(target.name, 60)} in {role} rows: {counts}.")
        if rows.duplicates:
            notes.append(f"{count(rows.duplicates, f'{role} row')} equal to an earlier one.")
    if facts.split is not None and facts.split.leaked is not None:
        text = f"{count(facts.split.leaked, 'validation row')} also among the training rows"
        if facts.split.leaked_expected is not None:
            text += f" ({number(facts.split.leaked_expected)} expected from duplicates)"
        notes.append(text + ".")
    return notes


def settings(facts: SettingsFacts) -> tuple[tuple[str, str], ...]:
    """What compile and fit were told, as (name, value)."""
    optimizer = facts.optimizer
    rate = optimizer.schedule or number(optimizer.learning_rate) if optimizer else ""
    pairs = (
        ("Loss", ", ".join(clean(loss.name, 80) for loss in facts.losses)),
        ("Optimiser", f"{clean(optimizer.name, 60)}, learning rate {rate}" if optimizer else ""),
        ("Metrics", ", ".join(clean(metric.name, 60) for metric in facts.metrics)),
        ("Batch", number(facts.batch_size) if facts.batch_size else ""),
        ("Epochs asked", number(facts.epochs) if facts.epochs else ""),
        ("Callbacks", ", ".join(clean(callback.name, 60) for callback in facts.callbacks)),
        ("Class weights", value(dict(facts.class_weight), 200) if facts.class_weight else ""),
    )
    return tuple((name, clean(text, 300)) for name, text in pairs if text)


def baselines(facts: BaselineFacts) -> Table:
    """Simple learners against the model on the same rows."""
    rows = [
        (clean(s.name, 40), give_or_take(s.error, s.error_se), number(s.loss)) for s in facts.scores
    ]
    if facts.model_error is not None:
        error = give_or_take(facts.model_error, facts.model_error_se)
        rows.append(("this model", error, UNKNOWN))
    measure = "Share of wrong rows" if facts.task == "classes" else "Squared error / variance"
    marked = (len(rows) - 1,) if facts.model_error is not None else ()
    return Table(head=("Learner", measure, "Loss"), rows=tuple(rows), numeric=(1, 2), marked=marked)


def outcomes(done: Sequence[Outcome]) -> Table:
    """Every check and how it ended; what failed or found something first."""
    order = {"failed": 0, "finding": 1, "skipped": 2, "passed": 3, "not applicable": 4}
    ranked = sorted(done, key=lambda o: (order[o.result], o.code))
    return Table(
        head=("Check", "Ended", "Reason"),
        rows=tuple(
            (f"{clean(o.code, 12)} {clean(o.name, 60)}", o.result, clean(o.reason, 300))
            for o in ranked
        ),
        marked=tuple(at for at, o in enumerate(ranked) if o.result == "failed"),
    )


def epochs(trace: Trace, most: int = 60) -> Table:
    """The curves as numbers; long trainings by a choice of epochs, early ones more densely."""
    logged = ["loss", "val_loss"]
    for name in metric_names(trace)[:2]:
        logged += [name, f"val_{name}"]
    logged = [name for name in logged if trace.curve(name)]
    last = len(trace.epochs) - 1
    chosen = {0, last}
    if last <= most:
        chosen = set(range(last + 1))
    elif last > 0:
        half = most // 2
        chosen |= {round(i * last / half) for i in range(half)}
        chosen |= {round(math.exp(math.log(last) * i / half)) for i in range(half)}
        chosen |= {i for i, e in enumerate(trace.epochs) if e.index == trace.best_epoch}
    picked = [trace.epochs[i] for i in sorted(chosen) if 0 <= i <= last]
    rows = tuple(
        (
            "before" if epoch.index < 0 else number(epoch.index + 1),
            number(epoch.train.mean) if epoch.train else UNKNOWN,
            number(epoch.validation.mean) if epoch.validation else UNKNOWN,
            *(number(epoch.logs.get(name)) for name in logged),
            number(epoch.learning_rate),
        )
        for epoch in picked
    )
    head = (
        *("Epoch", "training, honest", "validation, honest"),
        *(f"{clean(name, 40)}, printed" for name in logged),
        "learning rate",
    )
    return Table(
        head=head,
        rows=rows,
        numeric=tuple(range(len(head))),
        marked=tuple(i for i, epoch in enumerate(picked) if epoch.index == trace.best_epoch),
        note="" if last <= most else f"{len(picked)} of {count(trace.trained, 'epoch')} shown.",
    )
