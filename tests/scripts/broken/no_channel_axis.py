"""Images without a channel axis."""

import keras
import numpy as np

x = np.random.default_rng(0).random((64, 12, 12)).astype("float32")
y = np.arange(64) % 4
model = keras.Sequential(
    [
        keras.layers.Conv2D(4, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(4, activation="softmax"),
    ]
)
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x, y, epochs=1, verbose=0)
