"""The rows of a running fit: arrays sampled at its start, streams noted as they pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.facts import DataFacts, ModelFacts, SettingsFacts
from goodfit.observe.data import datasets
from goodfit.observe.data.arrays import rows_of, source_of
from goodfit.observe.training.sampling import Sample, fit_locals, from_arrays, is_stream
from goodfit.observe.training.stream import Stream, Waiting, tee

PREFIX = {"train": "", "validation": "val_"}


class Intake:
    """Samples of both sets by role, "train" and "validation", and why one is missing.

    Args:
        model: the model whose `fit` is running.
        seed: seed of the samples.
    """

    def __init__(self, model: Any, seed: int) -> None:
        self.fit: Mapping[str, Any] = fit_locals(model) or {}
        self.samples: dict[str, Sample] = {}
        self.missing: dict[str, str] = {}
        self._model = model
        self._seed = seed
        self.waiting = Waiting()
        self._streams: dict[str, Stream] = {}
        self._undo: dict[str, Callable[[], None]] = {}
        self._ended = 0

    @property
    def arguments(self) -> dict[str, Any]:
        """fit's arguments as the user gave them: Keras overwrites validation_data in a split."""
        given = dict(self.fit)
        if given.get("validation_was_split"):
            given["validation_data"] = None
        return given

    def begin(self) -> None:
        """Sample the arrays now; let the batches of a stream be noted as they pass."""
        if not self.fit:
            self.missing["data"] = "the data were not handed over by Keras' own fit"
        elif is_stream(self.fit["epoch_iterator"]):
            self._tee("train", self.fit["epoch_iterator"])
        else:
            self._sample("train")
            undo = tee(self.fit["epoch_iterator"], None, self.waiting)
            if undo is not None:
                self._undo["waiting"] = undo
        if self.fit.get("validation_data") is not None and datasets.arrays_fit(
            self._arrays("validation")
        ):
            self._sample("validation")

    def begin_validation(self) -> None:
        """Keras' validation pass starts: note its batches, once, if they come from a stream."""
        iterator = getattr(self._model, "_eval_epoch_iterator", None)
        known = "validation" in self.samples or "validation" in self._streams
        if iterator is not None and self.fit and not known and is_stream(iterator):
            self._tee("validation", iterator)

    def _arrays(self, role: str) -> tuple[Any, Any, Any]:
        x, y, weights = (
            self.fit.get(f"{PREFIX[role]}{name}") for name in ("x", "y", "sample_weight")
        )
        return x, y, weights

    def _sample(self, role: str) -> None:
        try:
            rng = np.random.default_rng([self._seed, len(role)])
            self.samples[role] = from_arrays(*self._arrays(role), rng)
        except Exception as error:
            self.missing[f"{role} sample"] = f"{type(error).__name__}: {error}"

    def _tee(self, role: str, epoch_iterator: Any) -> None:
        stream = Stream(np.random.default_rng([self._seed, len(role)]))
        undo = tee(epoch_iterator, stream, self.waiting if role == "train" else None)
        if undo is None:
            self.missing[f"{role} sample"] = "this Keras gives no view of the batches it reads"
            return
        self._streams[role] = stream
        self._undo[role] = undo

    def end_epoch(self) -> None:
        """An epoch ended: what was noted becomes the samples, and a second pass over a stream is
        compared with the first; after two there is nothing left to note."""
        self._ended += 1
        for role, stream in self._streams.items():
            stream.reservoir.closed = True
            if stream.passes.count == 2 or (role == "train" and self._ended == 2):
                self._stop(role)
        self._collect()

    def end(self) -> None:
        """Stop noting and timing; what was noted becomes the samples."""
        for role in list(self._undo):
            self._undo.pop(role)()
        for stream in self._streams.values():
            stream.close()
        self._collect()

    def _stop(self, role: str) -> None:
        """Note no more; the waiting for training batches is timed to the end."""
        import keras

        self._streams[role].close()
        timed = role == "train" and keras.backend.backend() != "tensorflow"
        if role in self._undo and not timed:
            self._undo.pop(role)()

    def _collect(self) -> None:
        for role, stream in self._streams.items():
            reservoir = stream.reservoir
            sample = reservoir.sample()
            if sample is None or role in self.samples:
                continue
            self.samples[role] = sample
            steps = getattr(self.fit.get("epoch_iterator"), "num_batches", None)
            if role == "train" and steps:  # a prefetching reader is ahead of the training
                reservoir.rows = min(reservoir.rows, steps * reservoir.batch)

    @property
    def streams(self) -> bool:
        """Whether any set is a stream, whose rows are known after the first epoch only."""
        return bool(self._streams)

    @property
    def cells(self) -> int:
        """Numbers in the training arrays; 0 for streams."""
        x = self.fit.get("x")
        sample = self.samples.get("train")
        if sample is None or "train" in self._streams:
            return 0
        return rows_of(x) * sample.row_bytes // 4

    def rows(self, role: str) -> datasets.Rows | None:
        stream, sample = self._streams.get(role), self.samples.get(role)
        if stream is None:
            return datasets.whole(*self._arrays(role))
        if sample is None:
            return None
        return datasets.Rows(
            x=sample.x,
            y=sample.y,
            weights=sample.weights,
            source=source_of(self.fit.get(f"{PREFIX[role]}x")),
            rows=stream.reservoir.rows,
            sampled=stream.reservoir.rows > sample.rows,
        )

    def facts(self, model: ModelFacts | None, settings: SettingsFacts | None) -> DataFacts:
        """Facts of both sets and of what they share.

        Raises:
            LookupError: no training rows were seen; the message says why.
        """
        train = self.rows("train")
        if train is None:
            reasons = (self.missing.get(name) for name in ("train sample", "data"))
            raise LookupError(next((why for why in reasons if why), "no training rows were seen"))
        found = datasets.data_facts(train, self.rows("validation"), model, settings)
        return self._with_passes(found)

    def _with_passes(self, facts: DataFacts) -> DataFacts:
        """The facts with what two passes over a stream showed."""
        train, held = (self._streams.get(role) for role in ("train", "validation"))
        first = train.passes if train is not None else None
        if first is not None:
            facts = replace(facts, train=replace(facts.train, passes=first.facts()))
        if held is not None and facts.validation is not None:
            passes = held.passes.facts(first)
            facts = replace(facts, validation=replace(facts.validation, passes=passes))
        return facts
