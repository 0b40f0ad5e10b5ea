"""Red wines by quality, 3 to 8: most are 5 or 6, few are 3 or 8, and many stand there twice.

Usage: python red_wine.py [FOLDER]

FOLDER holds wine_quality_red.csv (11 measurements and the quality, with a header); without it the
folder named in the environment's GOODFIT_DATA is used.
"""

import os
import sys
from pathlib import Path

import keras
import numpy as np

folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("GOODFIT_DATA", "."))
path = folder / "wine_quality_red.csv"
if not path.exists():
    sys.exit(f"there is no {path}; name the folder with the wines")
table = np.loadtxt(path, delimiter=",", skiprows=1, dtype="float32")
table = table[np.random.default_rng(0).permutation(len(table))]
x, y = table[:, :-1], table[:, -1].astype("int64") - 3
x_train, y_train = x[:1000], y[:1000]
x_val, y_val = x[1000:], y[1000:]
mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
x_train, x_val = (x_train - mean) / deviation, (x_val - mean) / deviation

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((11,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(6, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=40, verbose=2)
