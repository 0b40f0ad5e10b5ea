"""Four sizes of network on HIGGS: particle collisions, signal or background.

Usage: python higgs.py [--size tiny|small|medium|large] [FOLDER]

FOLDER holds higgs_train_10k.csv.gz and higgs_test_5k.csv.gz (label first, then 28 features);
without it the folder named in the environment's GOODFIT_DATA is used.
"""

import argparse
import os
from pathlib import Path

import keras
import numpy as np

SIZES = {"tiny": [16], "small": [16] * 2, "medium": [64] * 3, "large": [512] * 4}
BATCH = 500

parser = argparse.ArgumentParser()
parser.add_argument("folder", nargs="?", default=os.environ.get("GOODFIT_DATA", "."))
parser.add_argument("--size", choices=SIZES, default="tiny")
parser.add_argument("--epochs", type=int, default=300)
options = parser.parse_args()


def rows(name):
    path = Path(options.folder) / name
    if not path.exists():
        parser.error(f"there is no {path}; name the folder with the HIGGS files")
    table = np.loadtxt(path, delimiter=",", dtype="float32")
    return table[:, 1:], table[:, 0]


x_train, y_train = rows("higgs_train_10k.csv.gz")
x_other, y_other = rows("higgs_test_5k.csv.gz")
x_val, y_val = x_other[:1000], y_other[:1000]

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((28,))])
for units in SIZES[options.size]:
    model.add(keras.layers.Dense(units, activation="elu"))
model.add(keras.layers.Dense(1))
rate = keras.optimizers.schedules.InverseTimeDecay(0.001, decay_steps=20 * 1000, decay_rate=1)
model.compile(
    optimizer=keras.optimizers.Adam(rate),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
model.fit(
    x_train,
    y_train,
    batch_size=BATCH,
    epochs=options.epochs,
    validation_data=(x_val, y_val),
    callbacks=[keras.callbacks.EarlyStopping(patience=10)],
    verbose=2,
)
