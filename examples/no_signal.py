"""A dense network on a hundred rows whose labels have nothing to do with the features."""

import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(100, 20)).astype("float32")
y = rng.integers(0, 2, size=100)

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((20,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=100, batch_size=16, validation_split=0.3, verbose=2)
