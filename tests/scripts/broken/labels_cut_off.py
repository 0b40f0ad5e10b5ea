"""Fewer labels than rows."""

import keras
import numpy as np

x = np.random.default_rng(0).random((64, 6)).astype("float32")
y = x.sum(axis=1)[:50]
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile(loss="mse", optimizer="adam")
model.fit(x, y, epochs=1, verbose=0)
