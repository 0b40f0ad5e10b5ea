"""One search of tuners.py in a process of its own: the data sets, the choices, the three libraries.

    python benchmarks/tuners_search.py METHOD TASK SECONDS FOLDER SEED

Prints the remedies that the method recommends as one line of JSON. Every library chooses among the
same: goodfit's remedies with their ranges, applied to the same recipe.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "higgs"))
EPOCHS, PATIENCE, SEEDS = 100, 10, 5


# Data sets and networks


def _recipe(layers: Sequence[Any], sets: Sequence[Any], compiled: Any, batch: int) -> Any:
    """The recipe of a network on training, validation and confirming rows."""
    import keras

    from goodfit.observe.recipes.observed import observed

    model = keras.Sequential([keras.Input(sets[0][0].shape[1:]), *layers])
    model.compile(**compiled)
    told = {"x": sets[0][0], "y": sets[0][1], "validation_data": sets[1]}
    return observed(model, told | {"batch_size": batch, "epochs": EPOCHS}).recipe(test=sets[2])


def _classes(units: Sequence[int], classes: int, sets: Sequence[Any], batch: int) -> Any:
    import keras

    hidden = [keras.layers.Dense(width, activation="relu") for width in units]
    compiled = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    answer = keras.layers.Dense(classes, activation="softmax")
    return _recipe(
        [*hidden, answer], sets, {"optimizer": keras.optimizers.Adam()} | compiled, batch
    )


def higgs(folder: Path) -> Any:
    """The study's network of 3 x 64; rows 0 to 999 of the other file validate."""
    import keras
    from arms import BATCH, data

    sets = [(rows.x, rows.y) for rows in data(folder)]
    hidden = [keras.layers.Dense(64, activation="elu") for _ in range(3)]
    compiled = {
        "optimizer": keras.optimizers.Adam(),
        "loss": keras.losses.BinaryCrossentropy(from_logits=True),
        "metrics": [keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")],
    }
    return _recipe([*hidden, keras.layers.Dense(1)], sets, compiled, BATCH)


def wine(folder: Path) -> Any:
    """Quality of red wine, six classes; each wine once, features as they are."""
    table = np.loadtxt(folder / "wine_quality_red.csv", delimiter=",", skiprows=1)
    table = np.unique(table, axis=0)
    table = table[np.random.default_rng(0).permutation(len(table))].astype("float32")
    parts = (table[:600], table[600:950], table[950:])
    sets = [(part[:, :-1], part[:, -1].astype("int32") - 3) for part in parts]
    return _classes((64, 64), 6, sets, 32)


def mnist(folder: Path) -> Any:
    """500 digits to train on, 1,000 validate, 8,500 confirm."""
    with np.load(folder / "mnist_10k.npz") as file:
        x, y = file["x"], file["y"].astype("int32")
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order].reshape(len(x), -1).astype("float32") / 255, y[order]
    cuts = (slice(0, 500), slice(500, 1500), slice(1500, None))
    return _classes((256, 256), 10, [(x[cut], y[cut]) for cut in cuts], 32)


TASKS: dict[str, Callable[[Path], Any]] = {"higgs": higgs, "wine": wine, "mnist": mnist}


# The choices


@dataclass(frozen=True, slots=True)
class Option:
    """A remedy that may be taken, with one parameter that is given or searched."""

    id: str
    given: float | None = None
    parameter: str = ""

    @property
    def text(self) -> str:
        """As a study reads it."""
        return f"{self.id}:{self.parameter}={self.given:g}" if self.given is not None else self.id


SLOTS: tuple[tuple[Option, ...], ...] = (
    (Option("scale-features"),),
    (Option("less-capacity", None, "factor"), Option("more-capacity", None, "factor")),
    (Option("batch-normalisation"),),
    (Option("dropout", None, "rate"),),
    (Option("l2", None, "strength"),),
    (Option("weight-decay", None, "decay"),),
    (Option("label-smoothing", None, "smoothing"),),
    (Option("learning-rate", 0.3, "factor"), Option("learning-rate", 3.0, "factor")),
)
"""At most one of each; of those that fit a recipe, all methods choose among the same."""


def fitting(recipe: Any) -> list[list[Option]]:
    """The options that apply to the recipe."""
    found = [
        [one for one in slot if not isinstance(changed(recipe, [one.text]), str)] for slot in SLOTS
    ]
    return [slot for slot in found if slot]


def changed(recipe: Any, texts: Sequence[str]) -> Any:
    from goodfit.experiment.work import applied
    from goodfit.remedies import BY_ID
    from goodfit.study.design import chained, parse

    chain = [one for text in texts for one in parse(text, BY_ID)]
    return chained(recipe, tuple(chain), applied)


def range_of(option: Option) -> Any:
    """The parameter to search, with its bounds; None where there is none."""
    from goodfit.remedies import BY_ID

    if option.given is not None or not option.parameter:
        return None
    return next(one for one in BY_ID[option.id].parameters if one.name == option.parameter)


def asked(pick: Any, slots: Sequence[Sequence[Option]]) -> list[str]:
    """The remedies that one draw of a tuner amounts to. `pick.which(name, names)` chooses one of
    some names, `pick.number(name, bounds)` a number where its remedy was chosen."""
    chain = []
    for slot in slots:
        names = ["none", *(one.text for one in slot)]
        taken = pick.which(slot[0].id, names)
        for option in slot:
            bounds = range_of(option)
            value = (
                pick.number(f"{option.id} strength", bounds, slot[0].id, option.text)
                if bounds
                else None
            )
            if taken == option.text:
                chain.append(
                    option.text if value is None else f"{option.id}:{option.parameter}={value:.6g}"
                )
    return chain


# A trial of a tuner


def trained(
    recipe: Any,
    texts: Sequence[str],
    seed: int,
    callbacks: Sequence[Any],
    model: Any = None,
    **fit: Any,
) -> Any:
    """Keras' own `fit` of a changed recipe as tuners call it; the history, and the model."""
    import keras

    from goodfit.study.engines.build import build

    ours = changed(recipe, texts)
    if isinstance(ours, str):
        raise ValueError(ours)
    model = model or build(ours, seed)
    train, held = ours.data.train, ours.data.validation
    stop = keras.callbacks.EarlyStopping("val_loss", patience=PATIENCE, restore_best_weights=True)
    told = {"batch_size": ours.fit.batch_size, "epochs": EPOCHS, "verbose": 0} | fit
    history = model.fit(
        train.x, train.y, validation_data=(held.x, held.y), callbacks=[stop, *callbacks], **told
    )
    return history, model, (held.x, held.y)


def goodfit_study(recipe: Any, seconds: float, folder: Path, _: int) -> dict[str, Any]:
    """A study of all the options, with a search, within its budget, by accuracy as the others. The
    confirming rows stay unseen: half of the validation rows take their place."""
    from goodfit.experiment.plan import Plan
    from goodfit.experiment.work import Work, applied
    from goodfit.remedies import BY_ID
    from goodfit.results import Protocol
    from goodfit.study.design import propose

    unseen = replace(recipe, data=replace(recipe.data, test=None))
    remedies = tuple(one.text for slot in fitting(recipe) for one in slot)
    plan = Plan(remedies=remedies, seeds=SEEDS, search=1000, budget=seconds)
    protocol = Protocol(
        seeds=tuple(range(SEEDS)), epochs=EPOCHS, patience=PATIENCE, measure="accuracy"
    )
    design = propose(unseen, plan.chains(), cures=BY_ID, apply=applied, measure="accuracy")
    work = Work(
        plan=plan, protocol=protocol, recipe=unseen, folder=folder, started=time.perf_counter()
    )
    ran = work.all(design.arms)
    best = next(arm for arm in ran.arms if arm.name == ran.leader)
    for arm in sorted(ran.arms, key=lambda arm: -len(arm.trials)):
        print(arm.name, len(arm.trials), _figures(arm.choosing), _figures(arm.confirming))
    return {
        "chain": [] if best.name == "baseline" else [best.name],
        "shown": ran.winner == best.name and best.name != "baseline",
        "trials": sum(len(arm.trials) for arm in ran.arms),
        "arms": len(ran.arms),
        "choosing": _figures(best.choosing),
        "confirming": _figures(best.confirming),
    }


def _figures(effect: Any) -> list[float] | None:
    return None if effect is None else [effect.difference, effect.low, effect.high]


# Optuna


def optuna_tpe(recipe: Any, seconds: float, folder: Path, seed: int) -> dict[str, Any]:
    """Optuna's TPE with its median pruner; two processes share the journal in the folder."""
    import keras
    import optuna
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    ends = time.perf_counter() + seconds
    slots = fitting(recipe)
    folder.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        storage=optuna.storages.JournalStorage(JournalFileBackend(str(folder / "journal"))),
        study_name="tuners",
        load_if_exists=True,
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=5),
    )

    class Report(keras.callbacks.Callback):
        def __init__(self, trial: Any) -> None:
            super().__init__()
            self.trial = trial

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.trial.report(logs["val_accuracy"], epoch)
            if time.perf_counter() > ends or self.trial.should_prune():
                raise optuna.TrialPruned

    class Pick:
        def __init__(self, trial: Any) -> None:
            self.trial = trial
            self.taken: dict[str, str] = {}

        def which(self, name: str, names: list[str]) -> str:
            self.taken[name] = self.trial.suggest_categorical(name, names)
            return self.taken[name]

        def number(self, name: str, bounds: Any, slot: str, wanted: str) -> float | None:
            if self.taken[slot] != wanted:
                return None
            return self.trial.suggest_float(name, bounds.low, bounds.high, log=bounds.log)

    def objective(trial: Any) -> float:
        chain = asked(Pick(trial), slots)
        trial.set_user_attr("chain", chain)
        _, model, held = trained(recipe, chain, trial.number, [Report(trial)])
        return float(model.evaluate(*held, verbose=0, return_dict=True)["accuracy"])

    study.optimize(objective, timeout=seconds, catch=(ValueError,), gc_after_trial=True)
    done = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    chain = study.best_trial.user_attrs["chain"] if done else []
    return {"chain": chain, "trials": len(study.trials), "finished": len(done)}


# KerasTuner


def keras_tuner(recipe: Any, seconds: float, folder: Path, seed: int, kind: str) -> dict[str, Any]:
    """KerasTuner's Hyperband or random search, one process."""
    import keras
    import keras_tuner as kt
    from keras_tuner import errors

    ends = time.perf_counter() + seconds
    slots = fitting(recipe)
    counted = [0]

    class Pick:
        def __init__(self, hp: Any) -> None:
            self.hp = hp

        def which(self, name: str, names: list[str]) -> str:
            return str(self.hp.Choice(name, names))

        def number(self, name: str, bounds: Any, slot: str, wanted: str) -> float | None:
            with self.hp.conditional_scope(slot, [wanted]):
                sampling = "log" if bounds.log else "linear"
                value = self.hp.Float(name, bounds.low, bounds.high, sampling=sampling)
            return None if value is None else float(value)

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, *_: Any) -> None:
            if time.perf_counter() > ends:
                raise errors.FatalError("the time is up")

    class Network(kt.HyperModel):
        def build(self, hp: Any) -> Any:
            from goodfit.study.engines.build import build

            ours = changed(recipe, asked(Pick(hp), slots))
            if isinstance(ours, str):
                raise ValueError(ours)
            return build(ours, counted[0])

        def fit(self, hp: Any, model: Any, **kwargs: Any) -> Any:
            counted[0] += 1
            callbacks = [*kwargs.pop("callbacks", ()), Clock()]
            return trained(recipe, asked(Pick(hp), slots), 0, callbacks, model, **kwargs)[0]

    told = {
        "objective": "val_accuracy",
        "seed": seed,
        "directory": str(folder),
        "project_name": kind,
    }
    told |= {"overwrite": True, "max_consecutive_failed_trials": 50}
    if kind == "hyperband":
        tuner = kt.Hyperband(Network(), max_epochs=EPOCHS, hyperband_iterations=1000, **told)
    else:
        tuner = kt.RandomSearch(Network(), max_trials=100_000, **told)
    while time.perf_counter() < ends:
        try:
            tuner.search(verbose=0)
        except errors.FatalError:
            break
    best = tuner.oracle.get_best_trials(1)
    chain = asked(Pick(best[0].hyperparameters), slots) if best else []
    return {
        "chain": chain,
        "trials": counted[0],
        "finished": len(tuner.oracle.get_best_trials(10_000)),
    }


METHODS: dict[str, Callable[..., dict[str, Any]]] = {
    "goodfit": goodfit_study,
    "optuna": optuna_tpe,
    "hyperband": lambda *given: keras_tuner(*given, "hyperband"),
    "random": lambda *given: keras_tuner(*given, "random"),
}


def main(method: str, task: str, seconds: float, folder: Path, seed: int) -> None:
    from arms import data_folder

    recipe = TASKS[task](data_folder(None))
    began = time.perf_counter()
    found = METHODS[method](recipe, seconds, folder, seed)
    found |= {"seconds": round(time.perf_counter() - began, 1)}
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    found |= {"processor_seconds": round(sum(one.ru_utime + one.ru_stime for one in used), 1)}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))
