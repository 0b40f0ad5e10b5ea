"""Steps of the data: which are left out, which are completed, and in which order."""

from __future__ import annotations

from typing import Any

from goodfit.facts import Facts, LayerFacts, ModelFacts, SettingsFacts, SourceLine
from goodfit.patch.steps import Step, layer_steps, steps
from goodfit.results import Finding

HEAD = """\
import numpy as np
from keras import Sequential
from sklearn.preprocessing import StandardScaler

x_train, y_train, x_val, y_val, x_test, y_test = load()
scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)
"""
FIT = "model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=5)\n"


def found(middle: str, *codes: str, head: str = HEAD, fit: str = FIT) -> tuple[Step, ...]:
    source = f"{head}{middle}\nmodel = Sequential()\n{fit}"
    line = source[: source.index("model.fit")].count("\n") + 1
    where = SourceLine(file="train.py", line=line, text="")
    return steps(source, "train.py", Facts(settings=SettingsFacts(fit_where=where)), codes)


def gone(step: Step) -> list[str]:
    lines = step.diff.splitlines()
    assert not [one for one in lines if one.startswith("+") and not one.startswith("+++")]
    return [one[1:] for one in lines if one.startswith("-") and not one.startswith("---")]


def test_usual_preparations_are_no_steps_to_leave_out() -> None:
    usual = """\
x_train = x_train.astype("float32")
y_train = keras.utils.to_categorical(y_train)
y_train = y_train.reshape(-1, 1)
x_train = x_train / 255.0
x_train = x_train[..., np.newaxis]
x_train = (x_train - x_train.mean(axis=0)) / x_train.std(axis=0)
"""
    assert found(usual, head=HEAD.partition("scaler")[0]) == ()


def test_labels_out_of_step_are_put_back() -> None:
    (step,) = found("y_train = np.roll(y_train, 1, axis=0)\n")
    assert gone(step) == ["y_train = np.roll(y_train, 1, axis=0)"]
    assert "np.roll" in step.what


def test_what_only_the_step_needs_goes_with_it() -> None:
    lines = """\
generator = np.random.default_rng(0)
doubtful = generator.random(len(y_train)) < 0.45
y_train[doubtful] = generator.permutation(y_train[doubtful])
"""
    (step,) = found(lines)
    assert gone(step) == lines.splitlines()
    (step,) = found(lines + "print(doubtful.mean())\n")
    assert gone(step) == [lines.splitlines()[2]]


def test_neighbours_that_deal_with_rows_are_one_step() -> None:
    lines = "x_train = x_train[: max(len(x_train) // 50, 12)]\ny_train = y_train[:12]\n"
    (step,) = found(lines)
    assert gone(step) == lines.splitlines()


def test_arithmetic_is_one_step_for_all_sets_and_another_where_it_differs() -> None:
    lines = """\
y_train = y_train + 1
y_val = y_val + 1
y_test = y_test + 1
x_train = 3 * x_train
"""
    second, first = found(lines)
    assert gone(first) == lines.splitlines()[:3]
    assert gone(second) == lines.splitlines()[3:]


def test_the_likeliest_mistake_comes_first() -> None:
    lines = """\
x_train = x_train * 7.5

x_train[:, 0] = 0

np.random.shuffle(y_train)

"""
    assert [gone(step)[0].split("(")[0] for step in found(lines)] == [
        "np.random.shuffle",
        "x_train[:, 0] = 0",
        "x_train = x_train * 7.5",
    ]


def test_held_out_rows_alone_are_touched_only_where_they_differ() -> None:
    lines = "x_val = 2.5 * x_val + 1.0\nx_test = 2.5 * x_test + 1.0\n"
    assert found(lines) == ()
    step = found(lines, "GF123")[-1]
    assert gone(step) == lines.splitlines()


def test_what_is_done_to_training_rows_is_done_to_the_others() -> None:
    head = HEAD.replace("x_val = scaler.transform(x_val)\nx_test = scaler.transform(x_test)\n", "")
    assert found("", head=head) == ()
    (step,) = found("", "GF123", head=head)
    added = [one[1:] for one in step.diff.splitlines() if one[:1] == "+" and one[:3] != "+++"]
    assert added == ["x_val = scaler.transform(x_val)", "x_test = scaler.transform(x_test)"]
    fitted = head.replace("StandardScaler().fit(x_train)", "StandardScaler()").replace(
        "scaler.transform(x_train)", "scaler.fit_transform(x_train)"
    )
    (step,) = found("", "GF123", head=fitted)
    assert "+x_val = scaler.transform(x_val)" in step.diff


def test_leaks_forbid_it_since_scores_mean_nothing_then() -> None:
    assert found("y_train = np.roll(y_train, 1)\n", "GF118") == ()


def test_a_generator_begins_again() -> None:
    lines = """\
def batches():
    for start in range(0, len(x_train), 32):
        yield x_train[start : start + 32], y_train[start : start + 32]
"""
    fit = "model.fit(batches(), steps_per_epoch=9, validation_data=(x_val, y_val))\n"
    (step,) = found(lines, "GF610", fit=fit)
    assert "+    while True:\n+        for start in range(0, len(x_train), 32):" in step.diff
    endless = lines.replace("    for", "    while True:\n      for").replace(
        "    yield", "     yield"
    )
    assert found(endless, "GF610", fit=fit) == ()
    assert found(lines, "GF610", fit=fit.replace("steps_per_epoch=9, ", "")) == ()


def test_rows_made_in_the_function_that_fits() -> None:
    source = """\
def main():
    x, y = load()
    y = np.random.permutation(y)
    model.fit(x, y, validation_split=0.2)
"""
    where = SourceLine(file="train.py", line=4, text="")
    (step,) = steps(source, "train.py", Facts(settings=SettingsFacts(fit_where=where)), ())
    assert gone(step) == ["    y = np.random.permutation(y)"]


OWN = """\
class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = layers.Dense(2)
        self.dropout = layers.Dropout(0.95)
        self.head = layers.Dense(3, activation="softmax")
"""


def own(
    kind: str, name: str, line: int, activation: str | None = None, **options: Any
) -> LayerFacts:
    where = SourceLine(file="train.py", line=line, text="")
    return LayerFacts(path=name, type=kind, where=where, activation=activation, options=options)


def test_layers_that_only_own_code_builds_are_edited_where_they_are_made() -> None:
    layers = (
        own("Dense", "dense", 4, "linear", units=2),
        own("Dropout", "dropout", 5, rate=0.95),
        own("Dense", "dense_1", 6, "softmax", units=3),
    )
    facts = Facts(model=ModelFacts(name="", kind="subclassed", layers=layers))
    told = {"GF211": {"units": 2}, "GF205": {"layers": ["dense"]},
            "GF208": {"layer": "dropout", "rate": 0.95}, "GF407": {},
            "GF201": {"layer": "last", "loss": "binary_crossentropy"}}  # fmt: skip
    findings = [
        Finding(code=code, name="", severity="warning", message="", advice="", evidence=evidence)
        for code, evidence in told.items()
    ]
    found = layer_steps(OWN, "train.py", facts, findings)
    added = [[one for one in step.diff.splitlines() if one[:2] == "+ "] for step in found]
    assert added == [
        ["+        self.first = layers.Dense(32)"],
        ['+        self.first = layers.Dense(2, activation="relu")'],
        ["+        self.dropout = layers.Dropout(0.05)"],
        ['+        self.head = layers.Dense(3, activation="sigmoid")'],
    ]
    assert found[0].what == "dense: units=32"
