"""Is it an eight? Fifty images of other digits to each one of an eight.

Usage: python rare_class.py [FOLDER]

FOLDER holds mnist_10k.npz (arrays x and y); without it the folder named in the environment's
GOODFIT_DATA is used, and where there is no such file, the digits that come with scikit-learn.
"""

import os
import sys
from pathlib import Path

import keras
import numpy as np
from sklearn.datasets import load_digits

folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("GOODFIT_DATA", "."))
if (folder / "mnist_10k.npz").exists():
    with np.load(folder / "mnist_10k.npz") as file:
        x, y = file["x"].astype("float32") / 255, file["y"] == 8
else:
    digits = load_digits()
    x, y = digits.images.astype("float32") / 16, digits.target == 8
others, eights = np.flatnonzero(~y), np.flatnonzero(y)
kept = np.concatenate([others, eights[: len(others) // 50]])
kept = np.random.default_rng(0).permutation(kept)
x, y = x[kept, ..., np.newaxis], y[kept].astype("float32")
half = len(x) // 2

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input(x.shape[1:]),
        keras.layers.Conv2D(8, 3, strides=2, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x[:half], y[:half], validation_data=(x[half:], y[half:]), epochs=8, verbose=2)
