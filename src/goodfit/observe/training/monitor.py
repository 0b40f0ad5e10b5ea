"""The callback that watches a fit: it remembers little and cheap things while training runs, and
works out the rest afterwards from remembered weights."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, cast

import keras

from goodfit.facts import Epoch, Facts, FitPictures, HonestLoss
from goodfit.observe.data.datasets import data_facts, told
from goodfit.observe.images.fit import images_told
from goodfit.observe.objects.model import model_facts
from goodfit.observe.objects.settings import settings_facts
from goodfit.observe.recipes.observed import Observed, observed
from goodfit.observe.training.analyse import Remains, analyse
from goodfit.observe.training.evaluate import CURVE_ROWS, NoHonestLossError
from goodfit.observe.training.governor import COMPILING_SECONDS, Governor
from goodfit.observe.training.watched import Watched
from goodfit.recipe import NoRecipeError, Recipe

Sink = Callable[[str, object], None]
EARLY_CELLS = 2_000_000  # data up to this size are described before training, the rest after it
GROWTH = (
    1.5  # weights are remembered at epochs 0, 1, 2, 4, 6, 9, 14, 21, ...: each half as late again
)


Method = TypeVar("Method", bound=Callable[..., None])


def _harmless(method: Method) -> Method:
    """A failure of goodfit's own is noted and ends the watching; the user's training goes on."""

    @functools.wraps(method)
    def guarded(self: Monitor, *args: Any, **kwargs: Any) -> None:
        if self.failure:
            return
        try:
            method(self, *args, **kwargs)
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error} (in {method.__name__})"

    return cast(Method, guarded)


class Monitor(keras.callbacks.Callback):  # type: ignore[misc]
    """Watches one `fit` and keeps its own cost under `share` of the training time.

    Pass it to `fit` with your other callbacks; afterwards `monitor.report()` says what was seen.
    It draws nothing from global random state and changes nothing: training runs as without it.

    Args:
        share: the part of the training time that watching may take, 0.02 by default; 1 sets no
            limit, neither to watching nor to working out what was seen.
        seed: seed of the row sample.
        sink: called as `sink(kind, record)` whenever something becomes known; goodfit's flight
            recorder. None by default.
        experiments: whether to train copies of the model afterwards, for minutes, to see what more
            data, more capacity or permuted labels would do; False by default.
        trials: whether to keep what is needed to train again (the user's rows are kept alive).
        pictures: whether the report shows thumbnails of the images trained on, if they are images;
            True by default.

    Raises:
        ValueError: `share` is not in (0, 1].
    """

    def __init__(
        self,
        share: float = 0.02,
        seed: int = 0,
        sink: Sink | None = None,
        *,
        experiments: bool = False,
        trials: bool = False,
        pictures: bool = True,
    ) -> None:
        if not 0 < share <= 1:
            raise ValueError(
                f"share is the part of the training time that watching may take; received {share}, "
                "expected a number above 0 and at most 1, such as the default 0.02"
            )
        super().__init__()
        self._sink = sink
        self._seed = seed
        self._experiments = experiments
        self._trials = trials
        self._wanted = pictures
        self._governor = Governor(share)
        self._forget()

    def _forget(self) -> None:
        self._facts: dict[str, Any] = {}
        self._missing: dict[str, str] = {}
        self._told: Mapping[str, Any] = {}
        self._epochs: list[Epoch] = []
        self._watched: Watched | None = None
        self._finished = False
        self._observed: Observed | NoRecipeError | None = None
        self._analysed: Facts | None = None
        self._seconds = 0.0
        self._epoch_started = 0.0
        self._next_kept = 0
        self._iterations: int | None = None
        self.failure = ""
        self.pictures: FitPictures | None = None

    # ------------------------------------------------------------ before training

    def attach(self, model: Any, fit_arguments: Mapping[str, Any]) -> None:
        """Note the model and the settings, so that they are known even if `fit` fails at once."""
        self._forget()
        self._told = fit_arguments
        self._describe(model, fit_arguments)

    def _describe(self, model: Any, fit_arguments: Mapping[str, Any]) -> None:
        self._learn("model", lambda: model_facts(model))
        self._learn("settings", lambda: settings_facts(model, fit_arguments))

    def _learn(self, name: str, look: Callable[[], Any]) -> None:
        """Look, keep and record; what cannot be seen is noted with the reason and stops nothing."""
        try:
            self._facts[name] = look()
        except Exception as error:
            self._missing[name] = f"{type(error).__name__}: {error}"
        else:
            self._missing.pop(name, None)
            self._tell(name, self._facts[name])

    def _tell(self, kind: str, record: object) -> None:
        if self._sink is not None:
            self._sink(kind, record)

    @_harmless
    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        attached = {name: self._facts.get(name) for name in ("model", "settings")}
        self._forget()
        self._watched = Watched(self.model, self._seed)
        intake = self._watched.intake
        if intake.fit:
            self._describe(self.model, intake.arguments)
            if self._trials:
                self._observed = _kept(self.model, intake.arguments)
        else:
            self._facts.update({key: value for key, value in attached.items() if value})
        self._governor.start()
        intake.begin()
        if 0 < intake.cells <= EARLY_CELLS:
            self._learn_data()
        with self._governor.spending("snapshot"):
            self._watched.remember("initial", -1)
        self._epochs.append(Epoch(index=-1))
        self._iterations = _iterations(self.model)

    def _learn_data(self) -> None:
        assert self._watched is not None
        known = (self._facts.get("model"), self._facts.get("settings"))
        intake = self._watched.intake
        self._learn("data", lambda: intake.facts(*known))

    @_harmless
    def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:
        if self._watched is not None:
            self._watched.intake.begin_validation()

    # ------------------------------------------------------------ while training

    @_harmless
    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if self._watched is None:
            return
        number = len(self._epochs) - 1
        # Update ratios at epochs 0, 1, 3, 7, 15, ...: early ones show the learning rate.
        if number & (number + 1) == 0 and self._governor.allows("update"):
            with self._governor.spending("update"):
                self._watched.start_epoch()
        self._epoch_started = time.perf_counter()

    @_harmless
    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if self._watched is None:
            return
        seconds = time.perf_counter() - self._epoch_started
        started = time.perf_counter()
        spent = self._governor.spent
        self._watched.intake.end_epoch()
        if len(self._epochs) == 1:
            self._look_again()
        record = replace(
            self._probe(epoch, _numbers(logs or {}), seconds),
            steps=self._steps_taken(),
            wait_seconds=self._watched.intake.waiting.taken(),
        )
        self._epochs.append(record)
        self._tell("epoch", record)
        own = time.perf_counter() - started
        self._governor.spent = spent + own

    def _look_again(self) -> None:
        """After the first epoch all is built; on TensorFlow Keras builds subclassed models, losses
        and metrics in the first step."""
        assert self._watched is not None
        self._watched.measure_model()
        intake = self._watched.intake
        if keras.backend.backend() != "tensorflow" or not intake.fit:
            return
        model = self._facts.get("model")
        if model is None or not model.built or not model.parameters:
            self._learn("model", lambda: model_facts(self.model))
        self._learn("settings", lambda: settings_facts(self.model, intake.arguments))

    def _probe(self, index: int, logs: dict[str, float], seconds: float) -> Epoch:
        watched = self._watched
        assert watched is not None
        train = validation = None
        penalty: float | None = 0.0 if not watched.penalised else None
        if self._governor.allows("curve", COMPILING_SECONDS):
            with self._governor.spending("curve"):
                train = self._honest("train")
                penalty = watched.evaluator.penalty()
                if not watched.validation_readable(self._facts.get("settings")):
                    validation = self._honest("validation")
        if validation is None and "val_loss" in logs and penalty is not None:
            validation = watched.read_validation(logs["val_loss"] - penalty)
        monitored = validation.mean if validation is not None else logs.get("val_loss")
        if monitored is not None and watched.is_best(monitored):
            watched.remember("best", index)
        watched.note_updates(index)
        if index >= self._next_kept and watched.room:
            watched.remember(f"epoch {index}", index)
            self._next_kept = max(index + 1, int(GROWTH * index))
        if self.model.stop_training or index + 1 == self.params.get("epochs"):
            watched.remember("last", index)
        return Epoch(
            index=index,
            logs=logs,
            seconds=seconds,
            learning_rate=_learning_rate(self.model),
            train=train,
            validation=validation,
            penalty=penalty,
        )

    def _steps_taken(self) -> int | None:
        """The optimiser's steps since they were counted last."""
        now, before = _iterations(self.model), self._iterations
        self._iterations = now
        return None if now is None or before is None else now - before

    def _honest(self, role: str) -> HonestLoss | None:
        assert self._watched is not None
        sample = self._watched.intake.samples.get(role)
        if sample is None or sample.y is None or self._watched.honest_missing:
            return None
        try:
            return self._watched.evaluator.rows(sample, limit=CURVE_ROWS).honest
        except NoHonestLossError as error:
            self._watched.honest_missing = str(error)
        except Exception as error:
            self._watched.honest_missing = f"{type(error).__name__}: {error}"
        return None

    @_harmless
    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        self._seconds = self._governor.elapsed
        self._finished = True
        self._keep_last()
        if self._watched is not None:
            self._watched.intake.end()

    def _keep_last(self) -> None:
        """Callbacks that restore weights run before or after this one: keep the last epoch's as
        soon as it is known to be the last."""
        if self._watched is None or not self._epochs:
            return
        last = self._epochs[-1].index
        if self._watched.snapshots.get("last", (None, None))[0] != last:
            self._watched.remember("last", last)

    # ------------------------------------------------------------ afterwards

    def facts(self, *, baselines: bool = True, crashed: bool = False) -> Facts:
        """All that was seen, worked out from the remembered weights; safe in any state.

        Args:
            baselines: whether to fit the simple learners, the costly part of it.
            crashed: whether an exception ended the fit, whose cause may be worth looking for.
        """
        if self._analysed is None:
            if self._watched is None:
                self._analysed = self._untrained()
            else:
                remains = self._remains(baselines, crashed)
                self._analysed, self.pictures = analyse(remains, self._tell)
            # The facts are all that is kept of the user's model and data.
            self._watched, self._told = None, {}
        return self._analysed

    def recipe(self, facts: Facts) -> Recipe | NoRecipeError | None:
        """What was trained, to be trained again, or why it cannot be; None where nobody asked for
        it or no training was seen. The rows are let go afterwards."""
        found, self._observed = self._observed, None
        if not isinstance(found, Observed):
            return found
        try:
            return found.recipe(facts)
        except NoRecipeError as error:
            return error
        except Exception as error:
            return NoRecipeError(f"the rows cannot be read again ({type(error).__name__}: {error})")

    def _remains(self, baselines: bool, crashed: bool) -> Remains:
        assert self._watched is not None
        self._watched.intake.end()
        if not self._finished:
            self._seconds = self._governor.elapsed
            if self._watched.evaluator.readable:
                self._keep_last()
        if "data" not in self._facts or self._watched.intake.streams:
            self._learn_data()
        if self.failure:
            self._missing["trace"] = f"goodfit's monitor failed: {self.failure}"
        return Remains(
            watched=self._watched,
            epochs=tuple(self._epochs),
            known=self._facts,
            missing=self._missing | self._watched.intake.missing,
            finished=self._finished,
            seconds=self._seconds,
            monitor_seconds=self._governor.spent,
            unlimited=self._governor.share >= 1,
            baselines=baselines,
            experiments=self._experiments,
            pictures=self._wanted,
            crashed=crashed,
        )

    def _untrained(self) -> Facts:
        """Facts of a fit that failed before its first step: what it was asked to do."""
        self._missing |= {"trace": "no epoch was trained", "data": "fit did not start"}
        train, validation = told(self._told)
        if train is not None:
            known = (self._facts.get("model"), self._facts.get("settings"))
            self._learn("data", lambda: data_facts(train, validation, *known))
        if self._told:
            self._learn("images", lambda: images_told(self._told))
        return Facts(
            model=self._facts.get("model"),
            settings=self._facts.get("settings"),
            data=self._facts.get("data"),
            images=self._facts.get("images"),
            backend=keras.backend.backend(),
            missing=self._missing,
        )


def _kept(model: Any, arguments: Mapping[str, Any]) -> Observed | NoRecipeError:
    """The fit that is about to begin, or why it cannot be repeated."""
    try:
        return observed(model, arguments)
    except NoRecipeError as error:
        return error
    except Exception as error:
        return NoRecipeError(f"the model cannot be rebuilt ({type(error).__name__}: {error})")


def _numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    """The logged values that are single numbers."""
    found = {}
    for name, value in logs.items():
        try:
            found[name] = float(value)
        except (TypeError, ValueError):
            continue
    return found


def _iterations(model: Any) -> int | None:
    try:
        return int(keras.ops.convert_to_numpy(model.optimizer.iterations))
    except (AttributeError, TypeError, ValueError):
        return None


def _learning_rate(model: Any) -> float | None:
    """The learning rate of the coming step; schedules are evaluated, nothing is stepped."""
    rate = getattr(getattr(model, "optimizer", None), "learning_rate", None)
    try:
        return None if rate is None else float(keras.ops.convert_to_numpy(rate))
    except (TypeError, ValueError):
        return None


__all__ = ["Monitor"]
