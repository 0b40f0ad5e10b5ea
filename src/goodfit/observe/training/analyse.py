"""After a fit: rows, layers, predictions and baselines, worked out from remembered weights."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from goodfit.facts import (
    DataFacts,
    Epoch,
    ExperimentFacts,
    Facts,
    FitPictures,
    GapFacts,
    HonestLoss,
    ImageFacts,
    LabelSuspects,
    ModelFacts,
    PredictionFacts,
    SettingsFacts,
)
from goodfit.observe.data.arrays import rows_of
from goodfit.observe.objects.graph import layer_paths
from goodfit.observe.training import gap
from goodfit.observe.training.closer import closer
from goodfit.observe.training.evaluate import CURVE_ROWS, NoHonestLossError, Rows
from goodfit.observe.training.flow import connected
from goodfit.observe.training.layers import LayerObserver
from goodfit.observe.training.watched import Watched

# Reading off Keras' val_loss is trusted while it agrees with our own rows this well.
AGREEMENT = 0.02
ANALYSIS_SECONDS = 2.0
ANALYSIS_SHARE = 0.05
MIN_ROWS = 256
# One probe of the layers shows no course. The second costs little, being compiled, and is taken
# late too, unless the first took longer than the fit.
LEAST_PROBES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What a fit left behind. `known` are the facts so far by name; `monitor_seconds` what watching
    took of the fit's `seconds`; `unlimited` lets the analysis take its time; `experiments` asks for
    all experiments on copies of the model, `pictures` for thumbnails of its images. `crashed` says
    that an exception ended it."""

    watched: Watched
    epochs: tuple[Epoch, ...]
    known: Mapping[str, Any]
    missing: Mapping[str, str]
    finished: bool
    seconds: float
    monitor_seconds: float
    unlimited: bool
    baselines: bool
    experiments: bool = False
    pictures: bool = False
    crashed: bool = False


class Analysis:
    """One fit's analysis as it proceeds; `missing` collects what could not be had, and why;
    `suspects` are rows of the training sample that look mislabelled, by their places in it."""

    def __init__(self, remains: Remains) -> None:
        self.remains = remains
        self.watched = remains.watched
        self.fit = remains.watched.intake.fit
        self.epochs = list(remains.epochs)
        self.model: ModelFacts | None = remains.known.get("model")
        self.settings: SettingsFacts | None = remains.known.get("settings")
        self.missing = dict(remains.missing)
        self.rows: dict[tuple[str, str], Rows] = {}
        self.answers: dict[str, Rows] = {}
        self.suspects: LabelSuspects | None = None
        budget = max(ANALYSIS_SECONDS, ANALYSIS_SHARE * remains.seconds)
        self.deadline = time.perf_counter() + (math.inf if remains.unlimited else budget)

    def attempt(self, name: str, look: Callable[[], Any]) -> Any:
        """What `look` finds, or None with the reason noted."""
        try:
            return look()
        except NoHonestLossError as error:
            self.missing[name] = str(error)
        except Exception as error:  # one measurement that fails must not lose the others
            self.missing[name] = f"{type(error).__name__}: {error}"
        return None

    # Rows ------------------------------------------------------------------

    def measure(self) -> None:
        """Per-row losses of both sets at the best, the last and the final weights."""
        for which in ("last", "final", "best"):
            for role in ("validation", "train"):
                if (role, which) not in self.rows:
                    self.attempt(f"{role} rows", functools.partial(self._measure, role, which))
        for role in ("train", "validation"):
            self.attempt(f"{role} answers", functools.partial(self._answer, role))

    def _answer(self, role: str) -> None:
        """What the model answers; asked for by itself where no loss of its rows is known."""
        known, sample = self.rows.get((role, "final")), self.watched.samples.get(role)
        if known is not None:
            self.answers[role] = known
        elif sample is not None and sample.y is not None:
            self.answers[role] = self.watched.evaluator.rows(sample, scored=False)

    def _measure(self, role: str, which: str) -> None:
        sample = self.watched.samples.get(role)
        if sample is None or sample.y is None:
            return
        if self.watched.honest_missing:
            raise NoHonestLossError(self.watched.honest_missing)
        if which == "final" and self._unchanged():
            if (role, "last") in self.rows:  # else the reason is noted already
                self.rows[role, "final"] = self.rows[role, "last"]
            return
        kept = self.watched.snapshots
        if which == "best" and "best" not in kept:
            return
        known = self.rows.get((role, "last"))
        if which == "best" and known is not None and kept["best"][0] == kept["last"][0]:
            self.rows[role, "best"] = known
            return
        weights = self.watched.weights(which)
        late = time.perf_counter() > self.deadline
        limit = MIN_ROWS if late and known is None else None
        if known is not None and not known.chunked:
            limit = known.losses.size  # the same rows, so that they can be paired
        self.rows[role, which] = self.watched.evaluator.rows(sample, weights, limit=limit)

    def _unchanged(self) -> bool:
        """Whether the weights the user gets back are those of the last epoch."""
        last = self.watched.weights("last")
        if last is None:
            return True
        now = self.watched.evaluator.snapshot()
        return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(now, last, strict=True))

    # Epochs ----------------------------------------------------------------

    def curves(self) -> None:
        """Put what the rows tell into the epochs: the same first rows of the sample at every epoch
        whose weights were kept, early to late while time lasts, so that epochs can be compared;
        and standard errors where only Keras' own mean was read."""
        self._distrust()
        for role in ("train", "validation"):
            for which in ("best", "last"):
                found, kept = self.rows.get((role, which)), self.watched.snapshots.get(which)
                if found is not None and kept is not None:
                    self._set(kept[0], role, _first(found).honest)
        done = {
            self.watched.snapshots[n][0] for n in ("best", "last") if n in self.watched.snapshots
        }
        for epoch, weights in sorted(dict(self.watched.snapshots.values()).items()):
            if epoch not in done and (epoch < 0 or time.perf_counter() < self.deadline):
                self._kept(epoch, weights)
        self._standard_errors()
        self.attempt("penalty", self._penalties)

    def _penalties(self) -> None:
        """The penalty at every epoch whose weights were kept."""
        kept = dict(self.watched.snapshots.values())
        for place, record in enumerate(self.epochs):
            if record.penalty is None and record.index in kept and self.watched.penalised:
                penalty = self.watched.evaluator.penalty(kept[record.index])
                self.epochs[place] = replace(record, penalty=penalty)

    def _kept(self, epoch: int, weights: Sequence[np.ndarray]) -> None:
        for role, sample in self.watched.samples.items():
            if sample.y is not None and not self.watched.honest_missing:
                rows = self.watched.evaluator.rows(sample, weights, limit=CURVE_ROWS)
                self._set(epoch, role, rows.honest)

    def _set(self, epoch: int, role: str, loss: HonestLoss) -> None:
        """Put a loss into its epoch; a validation loss read off Keras covers all rows and stays."""
        for place, record in enumerate(self.epochs):
            if record.index != epoch:
                continue
            if role == "train":
                self.epochs[place] = replace(record, train=loss)
            elif record.validation is None:
                self.epochs[place] = replace(record, validation=loss)

    def _distrust(self) -> None:
        """Forget what was read off Keras' val_loss if at the last epoch it is not what the rows
        say: then it is something else than the mean data loss of a row."""
        rows, read = self.rows.get(("validation", "last")), self.epochs[-1].validation
        sample = self.watched.samples.get("validation")
        if rows is None or read is None or sample is None or not math.isnan(read.standard_error):
            return
        complete = sample.index is not None and rows.losses.size == rows_of(self.fit["val_x"])
        slack = 0.0 if complete else 4 * rows.honest.standard_error
        if abs(rows.honest.mean - read.mean) <= AGREEMENT * abs(read.mean) + slack:
            return
        for place, record in enumerate(self.epochs):
            if record.validation is not None and math.isnan(record.validation.standard_error):
                self.epochs[place] = replace(record, validation=None)

    def _standard_errors(self) -> None:
        found = self.rows.get(("validation", "last"))
        if found is None:
            return
        error = found.honest.standard_error
        for place, record in enumerate(self.epochs):
            loss = record.validation
            if loss is not None and math.isnan(loss.standard_error):
                self.epochs[place] = replace(
                    record,
                    validation=replace(loss, standard_error=error, rows=found.losses.size),
                )

    # Layers ----------------------------------------------------------------

    def layers(self) -> None:
        """Probe the layers at each remembered epoch, early to late."""
        sample = self.watched.samples.get("train")
        if sample is None or sample.y is None or self.watched.honest_missing:
            self.missing["layers"] = self.watched.honest_missing or "no sample of training rows"
            return
        paths = layer_paths(self.watched.model)
        activations = {layer.path: layer.activation for layer in (self.model or _EMPTY).layers}
        observer = LayerObserver(self.watched.evaluator, paths, activations)
        kept = dict(self.watched.snapshots.values())
        order = sorted(kept, key=lambda e: (e != max(kept), e != -1, e))
        began, least = time.perf_counter(), 1
        for probes, epoch in enumerate(order):
            now = time.perf_counter()
            if probes == 1 and now - began <= self.remains.seconds:
                least = LEAST_PROBES
            if probes >= least and now > self.deadline:
                break
            ratios = observer.update_ratios(*self.watched.updates.get(epoch, ((), ())))
            probed = observer.probe(sample, kept[epoch], ratios)
            for place, record in enumerate(self.epochs):
                if record.index == epoch:
                    self.epochs[place] = replace(record, layers=probed)
        if self.model is not None:
            self.model = connected(self.model, observer.flow)

    # Gap -------------------------------------------------------------------

    def gap(self) -> GapFacts | None:
        """The printed gap of the last epoch, taken apart."""
        train, validation = self.rows.get(("train", "last")), self.rows.get(("validation", "last"))
        last = self.epochs[-1]
        if train is None or validation is None or last.index < 0:
            return None
        told: tuple[float | None, float | None] = (train.honest.mean, None)
        if gap.differs_in_training(self.model):
            told = self.attempt("train mode", self._train_mode) or (None, None)
        y = self.watched.samples["train"].y
        class_weight = self.settings.class_weight if self.settings else None
        return gap.gap_facts(
            epoch=last.index,
            logs=last.logs,
            train=train.honest,
            validation=validation.honest,
            train_mode=told[0],
            train_mode_se=told[1],
            weights=gap.weighted_difference(
                train.losses, y if isinstance(y, np.ndarray) else None, class_weight
            ),
            penalty=self.watched.evaluator.penalty(self.watched.weights("last")),
            only_augmentation=gap.augments(self.model),
        )

    def _train_mode(self) -> tuple[float, float | None]:
        """The mean loss of training rows in training mode, with the standard error of what it
        differs by."""
        custom = [layer for layer in (self.model or _EMPTY).layers if not layer.builtin]
        if custom and self.watched.evaluator.backend.__name__.rpartition(".")[2] != "jax":
            raise NoHonestLossError("custom layers might draw from global random state")
        sample = self.watched.samples["train"]
        size = (self.settings.batch_size if self.settings else None) or 32
        rows = self.watched.evaluator.rows(
            sample,
            self.watched.weights("last"),
            training=True,
            batch_size=min(size, sample.rows),
            limit=sample.rows - sample.rows % min(size, sample.rows),
        )
        other = self.rows["train", "last"]
        error = None
        if not rows.chunked and not other.chunked:
            count = min(rows.losses.size, other.losses.size)
            error = Rows(rows.losses[:count] - other.losses[:count], None).honest.standard_error
        return rows.honest.mean, error


def _first(rows: Rows) -> Rows:
    """The rows that every epoch of the curve is measured on."""
    return rows if rows.chunked else Rows(rows.losses[:CURVE_ROWS], None)


_EMPTY = ModelFacts(name="", kind="")


def analyse(
    remains: Remains, tell: Callable[[str, object], None]
) -> tuple[Facts, FitPictures | None]:
    """All facts of a watched fit, and thumbnails of its images where they were asked for. Never
    raises: what fails is named in `missing`."""
    from goodfit.observe.training import assemble, summary

    work = Analysis(remains)
    work.measure()
    work.attempt("curves", work.curves)
    work.attempt("layers", work.layers)
    predictions = work.attempt("predictions", lambda: assemble.predictions(work))
    baselines, data = None, remains.known.get("data")
    if remains.baselines:
        if data is not None:
            data = work.attempt("closer look", lambda: closer(work, remains.known["data"])) or data
            tell("data", data)
        baselines = work.attempt("baselines", lambda: assemble.baselines(work))
    else:
        work.missing["baselines"] = "simple learners were compared for the first fits only"
    images = work.attempt("images", lambda: _images(work, data))
    if images is not None:
        tell("images", images)
    trace = assemble.trace(work, work.attempt("gap", work.gap), predictions)
    tell("end", replace(trace, epochs=()))
    tried = work.attempt("experiments", lambda: _experiments(work, predictions, tell))
    if tried is not None:
        tell("experiments", tried)
    import keras

    facts = Facts(
        model=work.model,
        settings=work.settings,
        data=data,
        trace=trace,
        baselines=baselines,
        images=images,
        experiments=tried,
        own=work.attempt("own", lambda: summary.summary(work)),
        backend=keras.backend.backend(),
        missing=work.missing,
    )
    if not remains.pictures or not remains.baselines:
        return facts, None
    return facts, work.attempt("pictures", lambda: _pictures(work, facts))


def _images(work: Analysis, data: DataFacts | None) -> ImageFacts | None:
    """The images of the fit; what random changes do to them is told with them."""
    from goodfit.observe.images.augmentation import augmentation
    from goodfit.observe.images.fit import image_facts

    found = image_facts(work)
    if found is None or not work.remains.baselines:
        return found
    changes = work.attempt("augmentation", lambda: augmentation(work, data))
    return replace(found, augmentation=changes)


def _pictures(work: Analysis, facts: Facts) -> FitPictures:
    from goodfit.observe.images.pictures import fit_pictures

    return fit_pictures(work, facts)


def _experiments(
    work: Analysis, predictions: PredictionFacts | None, tell: Callable[[str, object], None]
) -> ExperimentFacts | None:
    """Small experiments; copies are trained for the first fits only, and not for one that did not
    finish: whoever ended it does not want to wait."""
    from goodfit.observe.experiments.conduct import experiments

    return experiments(
        work,
        predictions,
        asked=work.remains.experiments,
        copies=work.remains.baselines and work.remains.finished,
        say=functools.partial(tell, "progress"),
    )
