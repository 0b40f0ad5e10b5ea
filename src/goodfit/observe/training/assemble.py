"""From what a fit left behind to the records: data, predictions, baselines, and the trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from goodfit.facts import BaselineFacts, GapFacts, PredictionFacts, Trace
from goodfit.observe.data import datasets
from goodfit.observe.training.outputs import Output, constant_loss_of_all, outputs_of, side
from goodfit.observe.training.sampling import Sample

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis


# ---------------------------------------------------------------- predictions


def _first(structure: Any) -> np.ndarray | None:
    import keras

    leaves = [leaf for leaf in keras.tree.flatten(structure) if leaf is not None]
    return leaves[0] if leaves else None


def _outputs(work: Analysis, role: str) -> tuple[Output, ...]:
    sample = work.watched.samples.get(role)
    return () if sample is None else outputs_of(sample.y, work.model, work.settings)


def _loss(outputs: Sequence[Output]) -> tuple[str, bool]:
    """Name and kind of the first output's loss."""
    loss = outputs[0].loss if outputs else None
    return ("", False) if loss is None else (loss.name, bool(loss.from_logits))


def _target(outputs: Sequence[Output]) -> np.ndarray | None:
    return outputs[0].target if outputs else None


def predictions(work: Analysis) -> PredictionFacts | None:
    """What the model answers on both samples at the weights the user gets back."""
    from goodfit.observe.baselines.predictions import prediction_facts
    from goodfit.observe.baselines.quality import segment

    train = work.answers.get("train")
    if train is None or train.predictions is None:
        return None
    validation = work.answers.get("validation")
    outputs = _outputs(work, "train")
    name, from_logits = _loss(outputs)
    found = prediction_facts(
        train.predictions,
        _head(_target(outputs), train.predictions),
        validation.predictions if validation is not None else None,
        _head(_target(_outputs(work, "validation")), validation.predictions)
        if validation is not None
        else None,
        from_logits=from_logits,
        loss_name=name,
        output_activation=_activation(work),
    )
    if found is not None and len(outputs) > 1:  # the losses of a row are those of all outputs
        found = replace(found, prior_loss=constant_loss_of_all(outputs))
    if found is None or validation is None or validation.chunked or not validation.losses.size:
        return found
    worst = work.attempt("segment", lambda: segment(_tables(work), validation.losses))
    return replace(found, segment=worst)


def _tables(work: Analysis) -> dict[int, np.ndarray]:
    """The validation sample's inputs of numbers (rows, features), by number."""
    import keras

    leaves = keras.tree.flatten(work.watched.samples["validation"].x)
    rows = len(work.answers["validation"].losses)
    return {
        number: leaf[:rows]
        for number, leaf in enumerate(leaves)
        if leaf.ndim == 2 and leaf.dtype.kind in "fiu"
    }


def _activation(work: Analysis) -> str | None:
    return work.model.outputs[0].activation if work.model and work.model.outputs else None


def _head(y: np.ndarray | None, predicted: np.ndarray | None) -> np.ndarray | None:
    """Targets of the rows that were predicted."""
    return None if y is None or predicted is None else y[: len(predicted)]


# ---------------------------------------------------------------- baselines


def baselines(work: Analysis) -> BaselineFacts | None:
    """Simple learners on the same samples, for the first output."""
    from goodfit.observe.baselines.compare import baseline_facts

    train, validation = work.watched.samples.get("train"), work.watched.samples.get("validation")
    if train is None or train.y is None:
        work.missing["baselines"] = "no sample of training rows with targets"
        return None
    found = {role: work.answers.get(role) for role in ("train", "validation")}
    model = work.model
    outputs = _outputs(work, "train")
    if side(outputs):
        work.missing["baselines"] = f"the first output, {outputs[0].name!r}, is a side one"
        return None
    name, from_logits = _loss(outputs)
    result = baseline_facts(
        train.x,
        _target(outputs),
        _matched(validation, found["validation"], "x"),
        _target(outputs_of(_matched(validation, found["validation"], "y"), model, work.settings)),
        model_predictions_val=_predicted(found["validation"]),
        model_predictions_train=_predicted(found["train"]),
        loss_name=name,
        from_logits=from_logits,
        output_activation=_activation(work),
        series=_is_series(work),
        token_inputs=datasets.token_inputs(model),
        attempt=work.attempt,
    )
    if isinstance(result, str):
        work.missing["baselines"] = result
        return None
    if len(outputs) > 1:  # the model's own loss is of all outputs, theirs of one
        scores = tuple(replace(score, loss=None, loss_se=None) for score in result.scores)
        result = replace(result, scores=scores, output=outputs[0].name or "the first")
    work.suspects = result.label_suspects
    return _numbered(result, train)


def _numbered(facts: BaselineFacts, sample: Sample) -> BaselineFacts:
    """Rows named by their numbers in the user's arrays; rows of a stream have none."""
    found = facts.label_suspects
    if found is None:
        return facts
    index = sample.index
    examples = (
        ()
        if index is None
        else tuple((int(index[row]), given, seen) for row, given, seen in found.examples)
    )
    return replace(facts, label_suspects=replace(found, examples=examples))


def _matched(sample: Sample | None, rows: Any, part: str) -> Any:
    """The sample's x or y, cut to the rows that were predicted where they were."""
    import keras

    if sample is None:
        return None
    structure = getattr(sample, part)
    if structure is None or rows is None or rows.predictions is None:
        return structure
    n = len(rows.predictions)
    return keras.tree.map_structure(lambda leaf: leaf[:n], structure)


def _predicted(rows: Any) -> np.ndarray | None:
    return None if rows is None else rows.predictions


RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Conv1D", "Bidirectional", "RNN", "ConvLSTM1D")


def _is_series(work: Analysis) -> bool:
    """Whether a window of one series is fed to a regression, so that its last value is a guess."""
    layers = work.model.layers if work.model else ()
    sample = work.watched.samples.get("train")
    x = _first(sample.x) if sample else None
    return (
        x is not None
        and x.ndim == 3
        and x.dtype.kind == "f"
        and any(layer.type in RECURRENT for layer in layers)
    )


# ---------------------------------------------------------------- trace


def _stopped_by(work: Analysis) -> str | None:
    callbacks = getattr(work.fit.get("callbacks"), "callbacks", None) or ()
    for callback in callbacks:
        if getattr(callback, "stopped_epoch", 0):
            return type(callback).__name__
    return None


def _floats(work: Analysis, role: str, which: str) -> tuple[float, ...]:
    rows = work.rows.get((role, which))
    return () if rows is None else tuple(float(value) for value in rows.losses)


def trace(work: Analysis, gap: GapFacts | None, predictions: PredictionFacts | None) -> Trace:
    """The training's record, from the epochs and the rows."""
    best = work.watched.snapshots.get("best")
    last = work.epochs[-1].index if work.epochs else None
    final = {role: work.rows.get((role, "final")) for role in ("train", "validation")}
    names = [loss.name for loss in work.settings.losses] if work.settings else []
    chunked = any(rows.chunked for rows in work.rows.values())
    return Trace(
        epochs=tuple(work.epochs),
        best_epoch=best[0] if best else None,
        last_epoch=last,
        train_rows_best=_floats(work, "train", "best"),
        train_rows_last=_floats(work, "train", "last"),
        validation_rows_best=_floats(work, "validation", "best"),
        validation_rows_last=_floats(work, "validation", "last"),
        final_train=final["train"].honest if final["train"] is not None else None,
        final_validation=final["validation"].honest if final["validation"] is not None else None,
        gap=gap,
        predictions=predictions,
        loss_kind="chunk" if chunked else (" + ".join(names) if work.rows else ""),
        honest_missing="" if work.rows else _why(work),
        finished=work.remains.finished,
        stopped_by=_stopped_by(work),
        seconds=work.remains.seconds,
        monitor_seconds=work.remains.monitor_seconds,
    )


def _why(work: Analysis) -> str:
    reasons = ("train rows", "train sample", "validation rows", "data")
    return work.watched.honest_missing or next(
        (work.missing[name] for name in reasons if name in work.missing),
        "no sample of training rows",
    )
