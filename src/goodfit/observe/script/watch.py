"""What is seen of one script: its fits, the calls that failed, and what goodfit could not do.

An error of goodfit's own becomes a note in the report, never the user's.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodfit.facts import CallFacts, CrashFacts, Facts, FitPictures
from goodfit.observe.proof.held import hold
from goodfit.observe.script import crash
from goodfit.observe.script.calls import Identity, call_facts, identities
from goodfit.observe.script.recorder import Recorder, read_fit
from goodfit.observe.training.summary import side_by_side

CALLS = 32  # of one fit; a script may predict row by row
MEASURED_CALLS = 20  # of one kind: their inputs' numbers are looked at
FITS_WITH_BASELINES = 3  # simple learners cost a second a fit; a script may fit a hundred times
# The trainer's methods that are watched, and what a crash in them is said to happen during.
DURING = {
    "fit": "fit",
    "evaluate": "evaluate",
    "predict": "predict",
    "compile": "compile",
    "train_on_batch": "fit",
    "test_on_batch": "evaluate",
    "predict_on_batch": "predict",
}


class Watch:
    """What is seen of one script by the process that runs it.

    Args:
        folder: the run's folder, where the recorder writes.
        backend: the Keras backend to insist on, whatever the script sets; "" for the script's own.
        max_epochs: the most epochs that one fit may train; None for as many as the script asks for.
        experiments: whether to run all experiments on copies of the models.
        trials: whether to keep what is needed to train the first fits again.
        pictures: whether to make thumbnails of the images trained on.
    """

    def __init__(
        self,
        folder: Path,
        *,
        backend: str = "",
        max_epochs: int | None = None,
        experiments: bool = False,
        trials: bool = False,
        pictures: bool = False,
    ) -> None:
        self.folder = folder
        self.backend = backend
        self.max_epochs = max_epochs
        self.experiments = experiments
        self.trials = trials
        self.thumbnails = pictures
        self.fits: list[WatchedFit] = []
        self.calls: dict[str, int] = {}
        self.notes: list[str] = []
        self.seconds = 0.0
        self.active = True
        self._owner = os.getpid()
        self._local = threading.local()
        self._broken_model: weakref.ref[Any] | None = None

    def awake(self) -> bool:
        """Whether a call is to be watched: the outermost one of its thread, in the process that
        runs the script (not in a fork), and before the script has ended."""
        return (
            self.active and not getattr(self._local, "busy", False) and os.getpid() == self._owner
        )

    def note(self, what: str, error: BaseException) -> None:
        """Keep one sentence on something goodfit could not do."""
        self.say(f"goodfit could not {what}: {type(error).__name__}: {error}")

    def say(self, sentence: str) -> None:
        """Keep a sentence for the report, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def careful(self, what: str, do: Callable[..., Any], *arguments: Any) -> Any:
        """Do something of goodfit's own; an error in it becomes a note, and None the answer. The
        seconds it takes are counted as goodfit's."""
        outermost, started = not getattr(self._local, "timed", False), time.perf_counter()
        self._local.timed = True
        try:
            return do(*arguments)
        except Exception as error:
            self.note(what, error)
            return None
        finally:
            if outermost:
                self._local.timed = False
                self.seconds += time.perf_counter() - started

    def enter(self, name: str) -> None:
        self._local.busy = True
        self.calls[name] = self.calls.get(name, 0) + 1

    def leave(self) -> None:
        self._local.busy = False

    def failed(
        self, name: str, model: Any, arguments: Mapping[str, Any], error: Exception
    ) -> CrashFacts:
        """Read the exception of a watched call while its frames are there."""
        inputs, targets = _handed_over(arguments)
        facts = crash.crash_facts(error, during=DURING[name], inputs=inputs, targets=targets)
        crash.keep(error, facts)
        hold(error, name, model, arguments)
        self._broken_model = weakref.ref(model)
        return facts

    def called(self, kind: str, arguments: Mapping[str, Any]) -> None:
        """Note a call of predict or evaluate with the last fit of its model."""
        model = arguments["self"]
        fit = next((fit for fit in reversed(self.fits) if fit.model() is model), None)
        if fit is not None and len(fit.calls) < CALLS:
            measured = sum(call.kind == kind for call in fit.calls) < MEASURED_CALLS
            found = call_facts(kind, arguments, fit.sets, measured=measured)
            fit.calls += [found] if found is not None else []

    def _seen(self) -> list[Facts]:
        """The facts of every fit, each with its calls and in view of the others."""
        found = [
            replace(fit.facts, calls=tuple(fit.calls)) for fit in self.fits if fit.facts is not None
        ]
        return list(side_by_side(found))

    def facts(self, error: BaseException | None) -> tuple[Facts, ...]:
        """The facts of every fit. The exception that ended the script is told of the fit it broke,
        or of the last fit of the model it broke later; one that broke a model without a fit, or a
        script without any, has facts of its own; any other becomes a note."""
        for fit in self.fits:
            if fit.facts is None:
                fit.close()
        found = self._seen()
        if not isinstance(error, Exception):
            return tuple(found)
        kept = crash.kept(error)
        crashed = kept or crash.crash_facts(error)
        if any(facts.crash == crashed for facts in found):
            return tuple(found)
        model = self._broken_model() if kept is not None and self._broken_model else None
        same = [i for i, fit in enumerate(self.fits) if model is not None and fit.model() is model]
        if same:
            found[same[-1]] = replace(found[same[-1]], crash=crashed)
        elif kept is not None or crashed.during == "build" or not found:
            found.append(self._without_a_fit(crashed, model))
        else:
            at = f" at {crashed.where.file}:{crashed.where.line}" if crashed.where else ""
            self.say(f"after training, the script failed{at}: {crashed.type}: {crashed.message}")
        return tuple(found)

    def recipes(self) -> dict[int, Any]:
        """What the first fits trained, by their place among all that were seen, or why it cannot be
        trained again."""
        seen = [fit for fit in self.fits if fit.facts is not None]
        found = {place: fit.recipe() for place, fit in enumerate(seen[:FITS_WITH_BASELINES])}
        return {place: recipe for place, recipe in found.items() if recipe is not None}

    def pictures(self) -> tuple[FitPictures, ...]:
        """Thumbnails of the fits' images, each with the fit's place among all that were seen."""
        seen = [fit for fit in self.fits if fit.facts is not None]
        found = ((place, fit.pictures) for place, fit in enumerate(seen))
        return tuple(replace(made, fit=place) for place, made in found if made is not None)

    def _without_a_fit(self, crashed: CrashFacts, model: Any) -> Facts:
        described = None
        if model is not None:
            from goodfit.observe.objects.model import model_facts

            described = self.careful("describe the model that failed", model_facts, model)
        reason = f"the script ended with {crashed.type} outside fit"
        missing = dict.fromkeys(("model", "settings", "data", "trace", "baselines"), reason)
        if described is not None:
            del missing["model"]
        return Facts(model=described, crash=crashed, backend=backend_name(), missing=missing)


class WatchedFit:
    """One call of `fit`, from the moment before it to its facts. `bound` are the arguments Keras
    will be given; the monitor is put among them."""

    def __init__(self, watch: Watch, model: Any, bound: inspect.BoundArguments) -> None:
        from goodfit.observe.training.monitor import Monitor

        self.facts: Facts | None = None
        self.model: Callable[[], Any] = weakref.ref(model)
        self._watch = watch
        self._crash: CrashFacts | None = None
        self._recorder = Recorder(watch.folder, len(watch.fits) + 1)
        self._write("backend", backend_name())
        trials = watch.trials and len(watch.fits) < FITS_WITH_BASELINES
        self._monitor: Any = Monitor(
            sink=self._write,
            experiments=watch.experiments,
            trials=trials,
            pictures=watch.thumbnails,
        )
        self.pictures: FitPictures | None = None
        self.recipe: Callable[[], Any] = lambda: None
        bound.apply_defaults()
        told = bound.arguments
        self.calls: list[CallFacts] = []
        self.sets: Mapping[str, Identity] = watch.careful("tell rows", identities, told) or {}
        told = {name: value for name, value in bound.arguments.items() if name != "self"}
        watch.careful("describe the model", self._monitor.attach, model, told)
        self._undo = _add(self._monitor, model, bound)
        watch.fits.append(self)

    def _write(self, kind: str, record: object) -> None:
        if kind == "progress":
            print(record, file=sys.stderr, flush=True)
            return
        try:
            self._recorder.write(kind, record)
        except Exception as error:  # a full disk must not end the training
            self._watch.note("write the flight recorder", error)

    def failed(self, facts: CrashFacts | None) -> None:
        """Note the exception that ended this fit."""
        self._crash = facts
        if facts is not None:
            self._write("crash", facts)

    def close(self) -> None:
        """Work out the facts and let the monitor, and with it the user's data, go."""
        self._undo()
        baselines = self._watch.fits.index(self) < FITS_WITH_BASELINES
        crashed = self._crash is not None
        look = functools.partial(self._monitor.facts, baselines=baselines, crashed=crashed)
        facts = self._watch.careful("work out what this fit shows", look)
        if self._monitor.failure:
            self._watch.say(f"goodfit stopped watching a fit: {self._monitor.failure}")
        if facts is None:
            facts = read_fit(self._recorder.path)
        self.facts = replace(facts, crash=self._crash) if self._crash is not None else facts
        if self._crash is None:
            self.recipe = functools.partial(self._monitor.recipe, facts)
        self.pictures = self._monitor.pictures
        self._monitor = None


def backend_name() -> str:
    """The backend of the Keras that is loaded; "" where none is."""
    keras = sys.modules.get("keras")
    try:
        return str(keras.config.backend()) if keras is not None else ""
    except AttributeError:  # its import failed half-way
        return ""


def _handed_over(arguments: Mapping[str, Any]) -> tuple[Any, Any]:
    """Inputs and targets of a call, as arrays or, for a `tf.data` pipeline, as specifications."""
    x = arguments.get("x")
    specification = getattr(x, "element_spec", None)
    if specification is None:
        return x, arguments.get("y")
    if isinstance(specification, tuple):
        return specification[0], specification[1] if len(specification) > 1 else None
    return specification, None


def _add(monitor: Any, model: Any, bound: inspect.BoundArguments) -> Callable[[], None]:
    """Put the monitor behind the user's callbacks; the answer takes it out of their own list."""
    import keras

    given = bound.arguments.get("callbacks")
    if isinstance(given, keras.callbacks.CallbackList):
        monitor.set_model(model)
        monitor.set_params(given.params)
        given.callbacks.append(monitor)
        return lambda: given.callbacks.remove(monitor) if monitor in given.callbacks else None
    bound.arguments["callbacks"] = [*(keras.tree.flatten(given) if given else ()), monitor]
    return lambda: None
