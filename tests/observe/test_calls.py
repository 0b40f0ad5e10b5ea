"""What is seen of predict and evaluate: whose rows, and whether in their order."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from goodfit.observe.script.calls import call_facts, identities

X = np.random.default_rng(0).normal(size=(100, 3))
XV = np.random.default_rng(1).normal(size=(40, 3))
SETS = identities({"x": X, "validation_data": (XV, XV[:, 0])})


def _same(x: object, sets: dict[str, object] | None = None) -> str:
    found = call_facts("predict", {"x": x}, sets or SETS)
    assert found is not None
    return found.same_as


def test_rows_are_known_again_in_a_copy_and_in_another_float_type() -> None:
    assert _same(X) == "train"
    assert _same(XV.copy()) == "validation"
    assert _same(XV.astype("float32")) == "validation"
    assert _same(XV[:39]) == ""
    assert _same(XV[::-1].copy()) == ""
    assert call_facts("predict", {"x": None}, SETS) is None


def test_a_split_is_cut_where_keras_cuts_it() -> None:
    sets = identities({"x": X, "validation_split": 0.2})
    assert _same(X[:80], sets) == "train"
    assert _same(X[80:], sets) == "validation"
    assert _same(X, sets) == ""


def test_arrays_keep_their_order_and_generators_cannot_be_told() -> None:
    arrays = call_facts("evaluate", {"x": X}, SETS)
    stream = call_facts("predict", {"x": iter([X])}, SETS)
    assert arrays is not None
    assert (arrays.kind, arrays.rows, arrays.reshuffles) == ("evaluate", 100, False)
    assert stream is not None
    assert (stream.rows, stream.reshuffles) == (None, None)


def test_a_stream_is_the_same_only_as_itself() -> None:
    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 1

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            raise AssertionError("nothing is to be read")

    one, other = Batches(), Batches()
    sets = identities({"x": X, "validation_data": one})
    assert _same(one, sets) == "validation"
    assert _same(other, sets) == ""


@pytest.mark.backend
@pytest.mark.libraries
def test_a_dataset_tells_by_its_steps_whether_it_shuffles_anew() -> None:
    tf = pytest.importorskip("tensorflow")
    plain = tf.data.Dataset.from_tensor_slices(X)

    def reshuffles(dataset: object) -> bool | None:
        found = call_facts("predict", {"x": dataset}, {})
        assert found is not None
        return found.reshuffles

    assert reshuffles(plain.batch(8)) is False
    assert reshuffles(plain.shuffle(100).take(20).batch(8).prefetch(1)) is True
    assert reshuffles(plain.shuffle(100, reshuffle_each_iteration=False).batch(8)) is False
    assert reshuffles(plain.shuffle(100).cache().batch(8)) is False
    made = tf.data.Dataset.from_generator(lambda: iter(X), output_signature=tf.TensorSpec((3,)))
    assert reshuffles(made.batch(8)) is None


@pytest.mark.backend
@pytest.mark.libraries
def test_a_loader_tells_by_its_sampler() -> None:
    torch = pytest.importorskip("torch")
    data = torch.utils.data.TensorDataset(torch.tensor(X))

    def found(**options: object) -> tuple[bool | None, int | None]:
        call = call_facts("predict", {"x": torch.utils.data.DataLoader(data, **options)}, {})
        assert call is not None
        return call.reshuffles, call.rows

    assert found(batch_size=8) == (False, 100)
    assert found(batch_size=8, shuffle=True) == (True, 100)


@pytest.mark.backend
def test_the_numbers_of_the_first_input_are_measured() -> None:
    tensor = keras.ops.convert_to_tensor(X.astype("float32"))
    for x in (X, X.astype("float32"), tensor, [X, X + 1], {"a": X}):
        found = call_facts("predict", {"x": x}, {})
        assert found is not None
        assert found.shape == (3,)
        assert found.minimum == pytest.approx(X.min(), rel=1e-5)
        assert found.maximum == pytest.approx(X.max(), rel=1e-5)
        assert found.mean == pytest.approx(X.mean(), abs=1e-5)
        assert found.std == pytest.approx(X.std(), rel=1e-4)


def test_a_few_rows_of_many_are_measured_and_those_of_streams_and_texts_are_not() -> None:
    images = np.random.default_rng(2).integers(0, 256, (3000, 28, 28, 1)).astype("uint8")
    images[1] = 255
    found = call_facts("evaluate", {"x": images}, {})
    assert found is not None
    assert (found.shape, found.minimum, found.maximum) == ((28, 28, 1), 0.0, 255.0)
    assert found.mean == pytest.approx(127.5, rel=0.02)
    for x in (iter([X]), np.array(["a", "b"])):
        found = call_facts("predict", {"x": x}, {})
        assert found is not None
        assert (found.minimum, found.mean) == (None, None)
    found = call_facts("predict", {"x": X}, SETS, measured=False)
    assert found is not None
    assert (found.same_as, found.shape, found.mean) == ("train", None, None)
