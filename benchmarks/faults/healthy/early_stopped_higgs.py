"""Separate Higgs events from background with a wide network that stops in time."""
# needs: data

import os
import tempfile
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.metrics import roc_auc_score

keras.utils.set_random_seed(1)

folder = Path(os.environ["GOODFIT_DATA"])
train = pd.read_csv(folder / "higgs_train_10k.csv.gz", header=None).to_numpy("float32")
other = pd.read_csv(folder / "higgs_test_5k.csv.gz", header=None).to_numpy("float32")
check, test = other[:2000], other[2000:]

mean, deviation = train[:, 1:].mean(axis=0), train[:, 1:].std(axis=0)
x, x_check, x_test = [(part[:, 1:] - mean) / deviation for part in (train, check, test)]

model = keras.Sequential(
    [
        layers.Input((28,)),
        layers.Dense(192, activation="elu"),
        layers.Dropout(0.4),
        layers.Dense(192, activation="elu"),
        layers.Dropout(0.4),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(5e-4), loss="binary_crossentropy", metrics=["accuracy"]
)
with tempfile.TemporaryDirectory() as scratch:
    best = os.path.join(scratch, "best.weights.h5")
    model.fit(
        x,
        train[:, 0],
        batch_size=128,
        epochs=30,
        validation_data=(x_check, check[:, 0]),
        callbacks=[
            keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True),
            keras.callbacks.ModelCheckpoint(best, save_best_only=True, save_weights_only=True),
        ],
        verbose=2,
    )
    model.load_weights(best)
signal = model.predict(x_test, verbose=0)[:, 0]
print(f"accuracy: {np.mean((signal > 0.5) == test[:, 0]):.4f}")
print(f"test score: {roc_auc_score(test[:, 0], signal):.4f}")
