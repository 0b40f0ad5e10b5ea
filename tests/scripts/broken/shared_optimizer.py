"""One optimiser object for two models."""

import keras
import numpy as np

x = np.random.default_rng(0).random((64, 6)).astype("float32")
y = x.sum(axis=1)
optimizer = keras.optimizers.Adam(0.01)
for units in (8, 4):
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(units, activation="relu"), keras.layers.Dense(1)]
    )
    model.compile(loss="mse", optimizer=optimizer)
    model.fit(x, y, epochs=1, verbose=0)
