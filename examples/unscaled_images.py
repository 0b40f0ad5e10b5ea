"""A digit classifier that is fed raw pixels from 0 to 255.

Usage: python unscaled_images.py [MNIST.npz]    (arrays x and y; scikit-learn's digits if not given)
"""

import sys

import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

if len(sys.argv) > 1:
    with np.load(sys.argv[1]) as file:
        x, y = file["x"], file["y"]
else:
    digits = load_digits()
    x, y = np.rint(digits.images * 255 / 16).astype("uint8"), digits.target
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.25, stratify=y, random_state=0)

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input(x.shape[1:]),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=10, validation_data=(x_val, y_val), verbose=2)
