"""Arrays of JAX, TensorFlow and PyTorch, whichever are installed."""

from __future__ import annotations

import numpy as np
import pytest

from goodfit.observe.data import arrays
from goodfit.observe.data.sets import set_facts, split_facts

pytestmark = [pytest.mark.backend, pytest.mark.libraries]
ROWS = np.arange(12, dtype=np.float32).reshape(4, 3)


def test_jax() -> None:
    jnp = pytest.importorskip("jax.numpy")
    x = jnp.asarray(ROWS)
    assert arrays.source_of(x) == "jax"
    assert np.array_equal(arrays.to_numpy(x), ROWS)
    assert np.array_equal(arrays.take(x, np.array([3, 0])), ROWS[[3, 0]])
    half = x.astype(jnp.bfloat16)
    assert arrays.to_numpy(half).dtype == np.float32
    facts = set_facts("train", half, jnp.array([0, 1, 1, 0]), source="jax", rows=4)
    assert facts.inputs[0].dtype == "bfloat16"
    assert facts.inputs[0].maximum == 11
    assert facts.targets[0].kind == "binary"


def test_jax_sparse() -> None:
    sparse = pytest.importorskip("jax.experimental.sparse")
    assert np.array_equal(arrays.to_numpy(sparse.BCOO.fromdense(ROWS)), ROWS)


def test_torch() -> None:
    torch = pytest.importorskip("torch")
    x = torch.tensor(ROWS, requires_grad=True)
    assert arrays.source_of(x) == arrays.source_of(torch.nn.Parameter(x)) == "torch"
    assert arrays.source_of(torch.utils.data.DataLoader([1])) == "DataLoader"
    assert np.array_equal(arrays.to_numpy(x), ROWS)
    assert np.shares_memory(arrays.to_numpy(x), x.detach().numpy())
    assert np.array_equal(arrays.take(x, np.array([3, 0])), ROWS[[3, 0]])
    assert arrays.to_numpy(x.to(torch.bfloat16)).dtype == np.float32
    assert np.array_equal(arrays.to_numpy(x.to_sparse()), ROWS)
    facts = set_facts("train", x, torch.tensor([0, 1, 1, 0]), source="torch", rows=4)
    assert facts.inputs[0].dtype == "float32"
    assert facts.inputs[0].feature_max == (9.0, 10.0, 11.0)


def test_tensorflow() -> None:
    tf = pytest.importorskip("tensorflow")
    x = tf.constant(ROWS)
    assert arrays.source_of(x) == arrays.source_of(tf.Variable(ROWS)) == "tensorflow"
    assert arrays.source_of(tf.data.Dataset.from_tensor_slices(ROWS).batch(2)) == "tf.data"
    assert np.array_equal(arrays.to_numpy(x), ROWS)
    assert np.array_equal(arrays.take(x, np.array([3, 0])), ROWS[[3, 0]])
    assert np.array_equal(arrays.to_numpy(tf.sparse.from_dense(ROWS)), ROWS)
    assert arrays.to_numpy(tf.ragged.constant([[1], [1, 2]])).dtype == object
    facts = set_facts("train", x, tf.constant([0, 1, 1, 0]), source="tensorflow", rows=4)
    assert facts.inputs[0].dtype == "float32"
    texts = set_facts("train", tf.constant(["a", "b"]), source="tensorflow", rows=2)
    assert texts.inputs[0].kind == "text"


@pytest.mark.parametrize("library", ["jax.numpy", "torch", "tensorflow"])
def test_the_same_rows_give_the_same_facts_in_every_library(library: str) -> None:
    module = pytest.importorskip(library)
    make = {"torch": "tensor", "tensorflow": "constant"}.get(library, "asarray")
    x = getattr(module, make)(ROWS)
    assert set_facts("train", x, source="", rows=4) == set_facts("train", ROWS, source="", rows=4)
    assert split_facts(ROWS, None, x[1:2], None).examples == ((0, 1),)
