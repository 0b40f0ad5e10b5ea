"""Read digits with separable convolutions, label smoothing and a cosine schedule."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedShuffleSplit

EPOCHS, BATCH = 20, 32


def split(labels, size, seed):
    """Row numbers of a stratified split."""
    return next(StratifiedShuffleSplit(1, test_size=size, random_state=seed).split(labels, labels))


class DigitReader:
    """A small convolutional network and what is needed to train and test it."""

    def __init__(self, steps):
        schedule = keras.optimizers.schedules.CosineDecay(0.008, decay_steps=steps)
        self.net = keras.Sequential(
            [
                layers.Input((8, 8, 1)),
                layers.Conv2D(16, 3, padding="same", activation="relu"),
                layers.MaxPooling2D(),
                layers.SeparableConv2D(32, 3, padding="same", activation="relu"),
                layers.Flatten(),
                layers.Dropout(0.3),
                layers.Dense(10, activation="softmax"),
            ]
        )
        self.net.compile(
            optimizer=keras.optimizers.Adam(schedule),
            loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
            metrics=["accuracy"],
        )

    def fit(self, x, y, check):
        return self.net.fit(x, y, epochs=EPOCHS, batch_size=BATCH, validation_data=check, verbose=2)

    def score(self, x, y):
        return self.net.evaluate(x, y, verbose=0)[1]


keras.utils.set_random_seed(4)
digits = load_digits()
x = (digits.images / 16.0)[..., None].astype("float32")
y = keras.utils.to_categorical(digits.target, 10)
rest, test = split(digits.target, 350, 4)
train, check = split(digits.target[rest], 300, 5)
train, check = rest[train], rest[check]

reader = DigitReader(steps=EPOCHS * int(np.ceil(len(train) / BATCH)))
reader.fit(x[train], y[train], (x[check], y[check]))
print(f"test score: {reader.score(x[test], y[test]):.4f}")
