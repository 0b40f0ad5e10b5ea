"""What helps a rare class: studies on real data, every arm on rows that chose nothing.

Usage: python benchmarks/imbalance.py FOLDER [--seeds 5] [--only sms|eights|wine]

FOLDER holds sms_spam.tsv.gz, mnist_10k.npz and wine_quality_red.csv. Training rows train,
validation rows stop trainings and fit thresholds, test rows do neither; effects are those on the
test rows, with 95 % intervals over seeds and rows, corrected for all arms of the set.
"""

from __future__ import annotations

import argparse
import gzip
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import goodfit
from goodfit.results import StudyResult
from goodfit.study.balance import recalls
from goodfit.study.judge import compared, scores_of

ARMS = ("class-weights", "focal-loss", "oversampling", "undersampling", "smote",
        "decision-threshold", "class-weights+decision-threshold",
        "oversampling+decision-threshold", "focal-loss+decision-threshold")  # fmt: skip
EPOCHS, PATIENCE = 40, 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Set:
    """One data set in three parts, and how its network is made."""

    name: str
    x: tuple[np.ndarray, np.ndarray, np.ndarray]
    y: tuple[np.ndarray, np.ndarray, np.ndarray]
    model: Callable[[], Any]


def sms(folder: Path) -> Set:
    """Messages without those that were sent before; 1,000 to train on, and two halves."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    with gzip.open(folder / "sms_spam.tsv.gz", "rt", encoding="utf-8") as file:
        lines = sorted({line.rstrip("\n") for line in file})
    order = np.random.default_rng(0).permutation(len(lines))
    pairs = [lines[at].split("\t", 1) for at in order]
    y = np.array([label == "spam" for label, _ in pairs], dtype="float32")
    messages = [message for _, message in pairs]
    words = TfidfVectorizer(max_features=1000).fit(messages[:1000])
    x = words.transform(messages).toarray().astype("float32")
    return cut("SMS spam", x, y, 1000, (1000 + len(x)) // 2, dense)


def eights(folder: Path) -> Set:
    """MNIST's eights, one to fifty other digits; half of all to train on, and two quarters."""
    with np.load(folder / "mnist_10k.npz") as file:
        x, y = file["x"].astype("float32") / 255, file["y"] == 8
    others, rare = np.flatnonzero(~y), np.flatnonzero(y)
    kept = np.random.default_rng(0).permutation(np.concatenate([others, rare[: len(others) // 50]]))
    x, y = x[kept, ..., np.newaxis], y[kept].astype("float32")
    return cut("eights, 1 : 50", x, y, len(x) // 2, 3 * len(x) // 4, convolutional)


def wine(folder: Path) -> Set:
    """Wines, each once, in three classes: 3 and 4, 5 and 6, 7 and 8; two fifths to train on."""
    table = np.loadtxt(folder / "wine_quality_red.csv", delimiter=",", skiprows=1)
    table = np.random.default_rng(0).permutation(np.unique(table, axis=0))
    first = 2 * len(table) // 5
    x, quality = table[:, :-1].astype("float32"), table[:, -1]
    x = (x - x[:first].mean(axis=0)) / x[:first].std(axis=0)
    y = np.digitize(quality, [4.5, 6.5])
    return cut("red wine, three classes", x, y, first, 7 * len(table) // 10, softmax)


def cut(
    name: str, x: np.ndarray, y: np.ndarray, first: int, second: int, model: Callable[[], Any]
) -> Set:
    """The rows in order: to `first` to train on, to `second` to validate, the others to test."""
    ends = (slice(0, first), slice(first, second), slice(second, None))
    parts: Any = tuple(x[end] for end in ends), tuple(y[end] for end in ends)
    return Set(name=name, x=parts[0], y=parts[1], model=model)


def dense() -> Any:
    """One hidden layer over the words' weights."""
    import keras

    layers = keras.layers
    network = keras.Sequential(
        [keras.Input((1000,)), layers.Dense(16, "relu"), layers.Dense(1, "sigmoid")]
    )
    network.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return network


def softmax() -> Any:
    """As in examples/red_wine.py, but for the number of classes."""
    import keras

    layers = keras.layers
    network = keras.Sequential(
        [keras.Input((11,)), *(layers.Dense(32, "relu") for _ in range(2)),
         layers.Dense(3, "softmax")]
    )  # fmt: skip
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def convolutional() -> Any:
    """As in examples/rare_class.py."""
    import keras

    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(32, "relu"),
            layers.Dense(1, "sigmoid"),
        ]
    )
    network.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return network


def told(given: Set, seeds: int) -> StudyResult:
    """The study of one set."""
    arms = [arm for arm in ARMS if arm != "smote" or given.x[0].ndim == 2]
    pairs = list(zip(given.x, given.y, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        return goodfit.experiment(
            given.model,
            pairs[0],
            validation_data=pairs[1],
            test_data=pairs[2],
            remedies=arms,
            seeds=seeds,
            epochs=EPOCHS,
            patience=PATIENCE,
            folder=folder,
        )


def table(given: Set, study: StudyResult) -> str:
    """Every arm on the test rows, as Markdown."""
    classes = given.y[2].astype("int64")
    rows = "; ".join("/".join(map(str, np.bincount(y.astype(int)))) for y in given.y)
    head = " | ".join(f"recall {one}" for one in np.unique(classes))
    lines = [
        f"### {given.name}",
        "",
        f"Rows by class of training, validation, test: {rows}. Measure: {study.protocol.measure}; "
        f"{len(study.protocol.seeds)} seeds; the study's winner: {study.winner}.",
        "",
        f"| arm | balanced accuracy | effect in points, 95 % | says | {head} |",
        f"|---|---|---|---|{'---|' * len(np.unique(classes))}",
    ]
    for arm in study.arms:
        scores = [s for trial in arm.trials if (s := scores_of(trial, "test")) is not None]
        recall = recalls(np.stack(scores) > 0, classes)
        effect, _ = compared(
            study.protocol.measure, "test", study.arms[0], arm, len(study.arms) - 1, classes
        )
        shown = "" if effect is None or arm is study.arms[0] else (
            f"{100 * effect.difference:+.1f} [{100 * effect.low:+.1f}, {100 * effect.high:+.1f}]"
        )  # fmt: skip
        says = effect.says if shown and effect is not None else ""
        mean = 100 * float(np.mean(scores))
        by_class = " | ".join(f"{100 * one:.1f} %" for one in recall.values())
        lines.append(f"| {arm.name} | {mean:.1f} % | {shown} | {says} | {by_class} |")
    return "\n".join([*lines, ""])


SETS = {"sms": sms, "eights": eights, "wine": wine}


def main() -> None:
    """Study each set and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", choices=tuple(SETS))
    options = parser.parse_args()
    for name, load in SETS.items():
        if options.only in (None, name):
            given = load(options.folder)
            study = told(given, options.seeds)
            print(table(given, study), flush=True)
            print(study, flush=True)


if __name__ == "__main__":
    main()
