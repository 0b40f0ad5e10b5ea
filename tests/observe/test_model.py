"""Real Keras models as facts, on whatever backend runs."""

import functools
import subprocess
import sys

import keras
import numpy as np
import pytest

from goodfit.codec import decode, encode
from goodfit.facts import ModelFacts, Penalty
from goodfit.observe.objects import origins
from goodfit.observe.objects.model import layer_paths, model_facts

pytestmark = pytest.mark.backend

layers = keras.layers


def sequential(*stack, shape=(8,)):
    return keras.Sequential([keras.Input(shape), *stack])


def paths(facts):
    return [layer.path for layer in facts.layers]


def output(model):
    (end,) = model_facts(model).outputs
    return end.layer, end.activation


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential(
            [layers.Dense(4, "relu", name="wide"), layers.Dense(3, name="narrow")], name="encoder"
        )
        self.head = layers.Dense(2, "softmax", name="head")

    def call(self, x):
        return self.head(self.encoder(x))


class Block(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.Dense(units, name="inner")
        self.scale = self.add_weight(shape=(units,), initializer="ones", name="scale")

    def call(self, x):
        return self.inner(x) * self.scale


class OwnStep(keras.Model):
    def train_step(self, *args, **kwargs):
        return super().train_step(*args, **kwargs)


def test_a_sequential_model():
    facts = model_facts(
        sequential(
            layers.Dense(4, activation="relu", kernel_regularizer="l2", name="first"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(10, name="last"),
        )
    )
    assert (facts.kind, facts.built, facts.custom_train_step) == ("sequential", True, False)
    assert paths(facts) == ["first", "norm", "last"]
    assert [layer.inputs for layer in facts.layers] == [(), ("first",), ("norm",)]
    assert facts.layers[0].model_inputs == (facts.inputs[0].name,)
    assert [layer.activation for layer in facts.layers] == ["relu", None, "linear"]
    assert facts.layers[0].penalties == (Penalty(weight="kernel", kind="L2", l2=0.01),)
    assert facts.layers[0].input_shapes == ((8,),)
    assert facts.layers[2].output_shapes == ((10,),)
    assert [layer.parameters for layer in facts.layers] == [36, 16, 50]
    assert (facts.parameters, facts.trainable_parameters) == (102, 94)
    assert facts.inputs[0].shape == (8,)
    assert facts.inputs[0].dtype == "float32"


def test_weights_as_they_stand_before_training():
    facts = model_facts(
        sequential(
            layers.Dense(300, kernel_initializer="he_normal", name="he"),
            layers.Dense(4, kernel_initializer="zeros", bias_initializer="ones", name="flat"),
            layers.LSTM(3, name="lstm"),
            shape=(5, 400),
        )
    )
    kernel, bias = facts.layer("he").weights
    assert (kernel.name, kernel.shape, kernel.initialiser) == ("kernel", (400, 300), "HeNormal")
    assert kernel.std == pytest.approx((2 / 400) ** 0.5, rel=0.02)
    assert (kernel.constant, bias.constant, bias.std) == (False, True, 0.0)
    flat = facts.layer("flat").weights
    assert [(w.initialiser, w.constant) for w in flat] == [("Zeros", True), ("Ones", True)]
    names = {w.name: w.initialiser for w in facts.layer("lstm").weights}
    assert set(names) == {"kernel", "recurrent_kernel", "bias"}
    assert names["recurrent_kernel"].startswith("Orthogonal")


def test_a_sample_of_a_big_weight_is_not_one_column():
    model = sequential(layers.Dense(512, use_bias=False, name="big"), shape=(512,))
    kernel = np.zeros((512, 512), "float32")
    kernel[:, 1] = 1.0
    model.layers[0].set_weights([kernel])
    (weight,) = model_facts(model).layers[0].weights
    assert weight.constant is False
    assert weight.std == pytest.approx(kernel.std(), rel=0.2)


def test_nothing_is_drawn_and_nothing_changes():
    model = sequential(layers.Dense(4), layers.Dropout(0.5), layers.Dense(1))
    before = model.get_weights()
    keras.utils.set_random_seed(3)
    expected = (np.random.rand(), keras.ops.convert_to_numpy(keras.random.uniform(())))
    keras.utils.set_random_seed(3)
    model_facts(model)
    assert (np.random.rand(), keras.ops.convert_to_numpy(keras.random.uniform(()))) == expected
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


def test_new_layers_get_the_names_they_would_have_had():
    first = layers.Dense(1).name
    model_facts(sequential(layers.Dense(2, name="a"), layers.Activation("relu", name="b")))
    number = int(first.rsplit("_", 1)[1]) if "_" in first else 0
    assert layers.Dense(1).name == f"dense_{number + 1}"


def test_nested_shared_and_several_ends():
    encoder = sequential(layers.Dense(4, "relu", name="hidden"), layers.Dense(3, name="code"))
    encoder.name = "encoder"
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    both = layers.Concatenate(name="both")([encoder(left), encoder(right)])
    same = layers.Dense(1, "sigmoid", name="same")(both)
    kind = keras.ops.softmax(layers.Dense(5, name="logits")(both))
    facts = model_facts(keras.Model([left, right], [same, kind]))
    assert facts.kind == "functional"
    assert [entry.name for entry in facts.inputs] == ["left", "right"]
    assert facts.layer("encoder/hidden").calls == 2
    assert facts.layer("encoder/hidden").model_inputs == ("left",)
    assert facts.layer("encoder/code").inputs == ("encoder/hidden",)
    assert facts.layer("both").inputs == ("encoder/code",)
    assert facts.layer("both").input_shapes == ((3,), (3,))
    assert facts.outputs[0].name == "same"
    assert [(end.layer, end.activation) for end in facts.outputs] == [
        ("same", "sigmoid"),
        ("logits", "softmax"),
    ]
    assert [end.shape for end in facts.outputs] == [(1,), (5,)]
    assert facts.layers[-1].type == "Softmax"
    assert sum(layer.parameters for layer in facts.layers) == facts.parameters


def test_dicts_of_inputs_and_outputs_keep_their_names():
    x = keras.Input((2,), name="x")
    model = keras.Model({"x": x}, {"b": layers.Dense(1)(x), "a": layers.Dense(3, "softmax")(x)})
    facts = model_facts(model)
    assert {end.name: end.shape for end in facts.outputs} == {"a": (3,), "b": (1,)}


def test_a_subclassed_model_before_and_after_it_is_built():
    model = Net()
    before = model_facts(model)
    assert (before.kind, before.built, before.parameters) == ("subclassed", False, 0)
    assert paths(before) == ["encoder/wide", "encoder/narrow", "head"]
    assert before.layers[0].weights == ()
    model(np.zeros((2, 5), "float32"))
    after = model_facts(model)
    assert paths(after) == paths(before)
    assert after.built
    assert after.parameters == 24 + 15 + 8
    assert after.layer("head").inputs == ()
    assert after.layer("head").input_shapes == ((3,),)
    assert after.layer("head").output_shapes == ((2,),)
    assert after.outputs == ()


def test_a_composite_of_the_users_own_is_listed_with_what_it_holds():
    facts = model_facts(sequential(Block(3, name="block"), layers.Dense(1, name="end")))
    assert paths(facts) == ["block", "block/inner", "end"]
    assert [layer.builtin for layer in facts.layers] == [False, True, True]
    assert [layer.parameters for layer in facts.layers] == [3, 27, 4]
    assert facts.layer("end").inputs == ("block",)


def test_a_composite_of_keras_counts_as_one_layer():
    x = keras.Input((None, 6))
    y = layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="two")(x)
    y = layers.MultiHeadAttention(2, 3, name="attention")(y, y)
    facts = model_facts(keras.Model(x, layers.TimeDistributed(layers.Dense(5, "softmax"))(y)))
    assert len(facts.layers) == 3
    assert facts.layer("two").activation == "tanh"
    assert len({weight.name for weight in facts.layer("two").weights}) == 6
    assert "query/kernel" in {weight.name for weight in facts.layer("attention").weights}
    assert facts.outputs[0].activation == "softmax"
    assert facts.inputs[0].shape == (None, 6)


def test_an_unbuilt_sequential_model():
    facts = model_facts(keras.Sequential([layers.Dense(4, name="a"), layers.Dense(3, name="b")]))
    assert (facts.built, facts.inputs) == (False, ())
    assert facts.layer("b").inputs == ("a",)
    assert (facts.outputs[0].shape, facts.outputs[0].activation) == ((3,), "linear")
    assert model_facts(keras.Sequential()).layers == ()


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ([layers.Dense(3, "sigmoid", name="d")], ("d", "sigmoid")),
        ([layers.Dense(3, name="d")], ("d", "linear")),
        ([layers.Dense(3, name="d"), layers.Activation("softmax")], ("d", "softmax")),
        ([layers.Dense(3, "relu", name="d"), layers.Softmax()], ("d", "softmax")),
        ([layers.Dense(3, "softmax", name="d"), layers.Activation("relu")], ("d", "relu")),
        ([layers.Dense(3, "tanh", name="d"), layers.Activation("linear")], ("d", "tanh")),
        (
            [layers.Dense(4, "tanh", name="d"), layers.Reshape((2, 2)), layers.Flatten()],
            ("d", "tanh"),
        ),
        ([layers.Dense(3, name="d"), layers.Dropout(0.1), layers.ReLU()], ("d", "relu")),
        ([layers.Dense(3, name="d"), layers.LeakyReLU()], ("d", "leaky_relu")),
        ([layers.Dense(3, "relu"), layers.BatchNormalization(name="n")], ("n", "linear")),
        ([layers.Dense(3, "sigmoid"), layers.Rescaling(4.0, name="r")], ("r", None)),
        ([layers.Dense(3), layers.Lambda(lambda x: x, name="l")], ("l", None)),
        ([layers.Dense(3), Block(2, name="b")], ("b", None)),
    ],
)
def test_what_an_output_applies_last(stack, expected):
    assert output(sequential(*stack)) == expected


def test_pooling_keeps_the_activation_of_what_it_pools():
    pool = layers.GlobalAveragePooling2D(name="pool")
    model = sequential(layers.Conv2D(4, 3, activation="softmax"), pool, shape=(8, 8, 1))
    assert output(model) == ("pool", "softmax")


def test_merged_branches():
    x = keras.Input((4,))
    one, two = layers.Dense(2)(x), layers.Dense(2)(x)
    assert output(keras.Model(x, layers.Add(name="sum")([one, two]))) == ("sum", "linear")
    sharp = layers.Dense(2, "softmax")(x)
    assert output(keras.Model(x, layers.Add(name="mix")([one, sharp]))) == ("mix", None)
    assert output(keras.Model(x, layers.Concatenate(name="c")([sharp, sharp]))) == ("c", None)
    assert output(keras.Model(x, layers.Add(name="skip")([one, x[:, :2]]))) == ("skip", None)


def test_a_shared_activation_is_followed_by_call_not_by_layer():
    x = keras.Input((4,))
    shared = layers.Activation("relu", name="shared")
    hidden = shared(layers.Dense(3, name="hidden")(x))
    facts = model_facts(keras.Model(x, shared(layers.Dense(2, name="last")(hidden))))
    assert (facts.outputs[0].layer, facts.outputs[0].activation) == ("last", "relu")
    assert facts.layer("shared").calls == 2


def swish_like(x):
    return x * keras.ops.sigmoid(x)


@pytest.mark.parametrize(
    ("activation", "name"),
    [
        (None, "linear"),
        ("swish", "silu"),
        (keras.ops.tanh, "tanh"),
        (swish_like, "swish_like"),
        (functools.partial(swish_like), "swish_like"),
        (lambda x: x, "<lambda>"),
        (layers.LeakyReLU(), "leaky_relu"),
    ],
)
def test_names_of_activations(activation, name):
    facts = model_facts(sequential(layers.Dense(2, activation=activation)))
    assert facts.layers[0].activation == name


def test_options_are_plain():
    conv = layers.Conv2D(4, (3, 5), padding="same", kernel_constraint=keras.constraints.MaxNorm(2))
    facts = model_facts(sequential(conv, layers.Dropout(0.25, name="drop"), shape=(9, 9, 3)))
    options = facts.layers[0].options
    assert (options["kernel_size"], options["padding"]) == ((3, 5), "same")
    assert (options["kernel_constraint"], options["dtype"]) == ("MaxNorm", "float32")
    assert facts.layer("drop").options["rate"] == 0.25
    assert decode(encode(facts), ModelFacts) == facts


def test_a_users_get_config_is_not_run():
    class Noisy(layers.Layer):
        def get_config(self):
            raise AssertionError("goodfit ran the user's code")

        def call(self, x):
            return x

    assert model_facts(sequential(Noisy(name="noisy"))).layer("noisy").type == "Noisy"


def test_reading_a_model_does_not_load_another_backend():
    script = """
import sys
import keras
from goodfit.observe.objects.model import model_facts
from goodfit.observe.objects.settings import settings_facts
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3), keras.layers.Dropout(0.1)])
schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
model.compile(keras.optimizers.Adam(schedule), keras.losses.Huber(), metrics=["mae"])
frameworks = {"tensorflow", "torch", "jax"}
before = frameworks & set(sys.modules)
model_facts(model), settings_facts(model, {"callbacks": [keras.callbacks.EarlyStopping()]})
sys.exit(sorted(frameworks & set(sys.modules) - before) or 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_one_odd_layer_does_not_lose_the_rest():
    class Odd(layers.Layer):
        @property
        def weights(self):
            raise RuntimeError("odd")

        def call(self, x):
            return x

    model = keras.Sequential(
        [layers.Dense(2, name="a"), Odd(name="odd"), layers.Dense(1, name="b")]
    )
    facts = model_facts(model)
    assert paths(facts) == ["a", "odd", "b"]
    assert (facts.layer("odd").type, facts.layer("odd").builtin) == ("Odd", False)
    assert facts.layer("b").activation == "linear"


def test_frozen_layers_and_zero_sized_weights():
    frozen = layers.Dense(3, trainable=False, name="frozen")
    facts = model_facts(sequential(frozen, layers.Dense(2, name="free")))
    assert [layer.trainable for layer in facts.layers] == [False, True]
    assert facts.trainable_parameters == 8
    empty = model_facts(sequential(layers.Dense(3, name="empty"), shape=(0,)))
    assert (empty.layers[0].weights[0].std, empty.layers[0].weights[0].constant) == (None, None)


def test_a_quantised_layer_survives():
    model = sequential(layers.Dense(3, name="dense"))
    model.layers[0].quantize("int8")
    facts = model_facts(model)
    assert {weight.name for weight in facts.layers[0].weights} >= {"kernel", "bias"}


def test_a_train_step_of_the_users_own():
    x = keras.Input((2,))
    facts = model_facts(OwnStep(x, layers.Dense(1)(x)))
    assert (facts.custom_train_step, facts.kind) == (True, "functional")
    assert not model_facts(Net()).custom_train_step


def test_layers_and_models_know_their_lines():
    origins.install()
    model = sequential(layers.Dense(1, name="here"))
    line = model_facts(model).layer("here").where
    assert line.text == 'model = sequential(layers.Dense(1, name="here"))'


def test_layer_paths_are_those_of_the_facts():
    model = sequential(Block(3, name="block"), layers.Dense(1, name="end"))
    found = dict(layer_paths(model))
    assert list(found) == paths(model_facts(model))
    assert found["end"] is model.layers[-1]


def test_a_very_deep_model_does_not_overrun_the_stack():
    x = y = keras.Input((2,))
    for _ in range(700):
        y = keras.ops.negative(y)
    facts = model_facts(keras.Model(x, layers.Dense(1, name="end")(y)))
    assert len(facts.layers) == 701
    assert facts.outputs[0].layer == "end"
