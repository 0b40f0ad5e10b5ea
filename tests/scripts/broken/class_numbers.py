"""Labels that are class numbers, for a loss that wants columns."""

import keras
import numpy as np

x = np.random.default_rng(0).random((64, 6)).astype("float32")
y = np.arange(64) % 4
model = keras.Sequential(
    [
        keras.Input((6,)),
        keras.layers.Dense(8, activation="relu"),
        keras.layers.Dense(4, activation="softmax"),
    ]
)
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x, y, epochs=1, verbose=0)
