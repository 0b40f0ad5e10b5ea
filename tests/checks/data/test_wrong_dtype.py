"""GF106 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from data_literals import (
    against_learners,
    chain,
    data,
    features,
    found,
    image,
    labels,
    layer,
    numbers,
    silent,
)

from goodfit.checks.data.wrong_dtype import CHECK
from goodfit.facts import ArrayFacts, Epoch, Facts, TargetFacts, Trace

TEXT = ArrayFacts(name="0", shape=(), dtype="object", kind="text", object_types=("str",))
MIXED = ArrayFacts(name="0", shape=(3,), dtype="object", kind="other", object_types=("int", "str"))
WORDS = TargetFacts(
    name="0", shape=(), dtype="str128", kind="text", rows_seen=9, class_counts={"ham": 5, "spam": 4}
)
TOKENS = ArrayFacts(
    name="0", shape=(20,), dtype="int64", kind="tokens", rows_seen=500, minimum=0.0, maximum=99.0,
    whole_numbers=True,
)  # fmt: skip
EMBEDDED = chain(layer("Embedding", input_dim=100), layer("LSTM"), layer("Dense"))
PLAIN = chain(layer("Dense"))
TRAINED = Trace(epochs=(Epoch(index=0, logs={"loss": 0.1}),))


@pytest.mark.parametrize(("array", "words"), [(TEXT, "holds texts"), (MIXED, "(holding int, str)")])
def test_what_keras_cannot_read_is_an_error(array: ArrayFacts, words: str) -> None:
    finding = found(CHECK, Facts(data=data([array]), model=PLAIN))
    assert finding.severity == "error"
    assert words in finding.message


def test_texts_are_fine_where_the_model_reads_them_or_trained() -> None:
    reads = chain(layer("TextVectorization"), layer("Embedding"), layer("Dense"))
    assert silent(CHECK, Facts(data=data([TEXT]), model=reads)).result == "passed"
    silent(CHECK, Facts(data=data([TEXT]), model=PLAIN, trace=TRAINED))


def test_texts_for_labels_are_an_error_with_the_way_out() -> None:
    finding = found(CHECK, Facts(data=data([features([0.0], [1.0])], [WORDS]), model=PLAIN))
    assert finding.severity == "error"
    assert "'ham', 'spam'" in finding.message
    assert "np.unique" in finding.advice


def test_fractions_for_an_embedding_are_an_error() -> None:
    scaled = replace(TOKENS, dtype="float32", whole_numbers=False, minimum=-1.5, maximum=2.5)
    finding = found(CHECK, Facts(data=data([scaled]), model=EMBEDDED))
    assert finding.severity == "error"
    assert "-1.5 to 2.5" in finding.message
    silent(CHECK, Facts(data=data([scaled]), model=PLAIN))
    whole = replace(TOKENS, dtype="float32")
    silent(CHECK, Facts(data=data([whole]), model=EMBEDDED))


def test_standardised_features_cut_to_integers() -> None:
    array = replace(features([0.02] * 8, [0.68] * 8), dtype="int64", whole_numbers=True)
    assert found(CHECK, Facts(data=data([array]), model=PLAIN)).severity == "warning"
    silent(CHECK, Facts(data=data([replace(array, dtype="float32")]), model=PLAIN))
    codes = replace(features([2.0] * 8, [1.4] * 8), dtype="int64", whole_numbers=True)
    silent(CHECK, Facts(data=data([codes]), model=PLAIN))


def test_pixels_cut_to_zeros_and_ones() -> None:
    cut = replace(image((28, 28, 1)), dtype="int64", whole_numbers=True, mean=0.004)
    assert found(CHECK, Facts(data=data([cut]), model=PLAIN)).evidence["maximum"] == 1
    ink = replace(cut, mean=0.13)
    assert found(CHECK, Facts(data=data([ink]), model=PLAIN)).severity == "warning"
    silent(CHECK, Facts(data=data([replace(ink, mean=0.3)]), model=PLAIN))
    silent(CHECK, Facts(data=data([replace(ink, dtype="uint8")]), model=PLAIN))
    silent(CHECK, Facts(data=data([replace(cut, dtype="uint8", maximum=255.0)]), model=PLAIN))


def test_seconds_since_1970_do_not_fit_float32() -> None:
    stamps = replace(features([0.0, 1.7e9], [1.0, 300.0]), dtype="float64")
    finding = found(CHECK, Facts(data=data([stamps]), model=PLAIN))
    assert finding.severity == "tip"
    assert finding.evidence["feature"] == 1
    assert 190 < finding.evidence["step"] < 210
    bad = Facts(data=data([stamps]), model=PLAIN, baselines=against_learners(0.3))
    assert found(CHECK, bad).severity == "warning"
    years = replace(features([0.0, 2000.0], [1.0, 10.0]), dtype="float64")
    silent(CHECK, Facts(data=data([years]), model=PLAIN))


def test_complex_numbers_lose_a_half() -> None:
    array = replace(features([0.0], [1.0]), dtype="complex64")
    assert "imaginary" in found(CHECK, Facts(data=data([array]))).message


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16", "bool", "uint8"])
def test_silent_on_numbers(dtype: str) -> None:
    array = replace(features([0.0] * 3, [1.0] * 3), dtype=dtype)
    assert silent(CHECK, Facts(data=data([array], [labels({0: 9, 1: 9})]))).result == "passed"
    assert silent(CHECK, Facts(data=data())).result == "not applicable"
    assert silent(CHECK, Facts(data=data([array], [numbers()]), model=PLAIN)).result == "passed"
