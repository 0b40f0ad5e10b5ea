"""500 handwritten digits and a plain convolutional network: what would help it?

Usage: python few_mnist.py [FOLDER]

FOLDER holds mnist_10k.npz (arrays x and y); without it the folder named in the environment's
GOODFIT_DATA is used.
"""

import os
import sys
from pathlib import Path

import keras
import numpy as np

folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("GOODFIT_DATA", "."))
with np.load(folder / "mnist_10k.npz") as file:
    x, y = file["x"][..., np.newaxis].astype("float32") / 255, file["y"]
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order], y[order]

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[:500], y[:500], validation_data=(x[500:4500], y[500:4500]), epochs=30, verbose=2)
