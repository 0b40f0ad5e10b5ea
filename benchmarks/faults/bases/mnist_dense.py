"""Read MNIST digits with a dense network that rescales the pixels itself."""
# needs: data

import os
from pathlib import Path

import keras
import numpy as np
from keras import layers, regularizers
from sklearn.model_selection import train_test_split

SEED = 0
keras.utils.set_random_seed(SEED)

with np.load(Path(os.environ["GOODFIT_DATA"]) / "mnist_10k.npz") as file:
    images, labels = file["x"], file["y"]
x_train, x_rest, y_train, y_rest = train_test_split(
    images, labels, train_size=7000, test_size=2000, stratify=labels, random_state=SEED
)
x_val, x_test, y_val, y_test = train_test_split(
    x_rest, y_rest, test_size=0.5, stratify=y_rest, random_state=SEED
)

model = keras.Sequential(
    [
        layers.Input(shape=(28, 28)),
        layers.Rescaling(1 / 255),
        layers.Flatten(),
        layers.GaussianNoise(0.3),
        layers.Dense(64, activation="relu", kernel_regularizer=regularizers.L2(0.001)),
        layers.Dropout(0.4),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.002),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=20,
    batch_size=64,
    validation_data=(x_val, y_val),
    callbacks=[stop],
    verbose=2,
)


def score(inputs, labels):
    """Share of rows whose largest output is the right class."""
    outputs = model.predict(inputs, verbose=0)
    return np.mean(outputs.argmax(axis=1) == labels) if np.all(np.isfinite(outputs)) else 0.0


print(f"validation score: {score(x_val, y_val):.4f}")
print(f"test score: {score(x_test, y_test):.4f}")
