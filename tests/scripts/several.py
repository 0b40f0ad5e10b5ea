"""Two models and four fits, with callbacks given in every way that Keras takes them."""

import os

os.environ["KERAS_BACKEND"] = "no such backend"

import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(64, 3)).astype("float32")
y = (x[:, 0] > 0).astype("int32")
seen = []


def build(name: str) -> keras.Model:
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")], name=name)
    model.compile(loss="binary_crossentropy", optimizer="sgd")
    return model


first, second = build("first"), build("second")
counts = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
first.fit(x, y, epochs=3, verbose=0, callbacks=counts)
first.fit(x, y, epochs=5, initial_epoch=3, verbose=0, callbacks=(counts,))
mine = keras.callbacks.CallbackList([counts], add_history=True, model=second, epochs=4)
second.fit(x, y, epochs=4, verbose=0, callbacks=mine)
print(len(mine.callbacks))
try:
    second.fit(x, y[:3], epochs=1, verbose=0)
except ValueError:
    print("lengths differ")
second.evaluate(x, y, verbose=0)
print(seen)
