"""Compress images of digits to twelve numbers and restore them."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 0
keras.utils.set_random_seed(SEED)

images, labels = load_digits(return_X_y=True)
x_rest, x_test, y_rest, _ = train_test_split(
    images, labels, test_size=300, stratify=labels, random_state=SEED
)
x_train, x_val = train_test_split(x_rest, test_size=300, stratify=y_rest, random_state=SEED)

x_train = x_train / 16.0
x_val = x_val / 16.0
x_test = x_test / 16.0

# The network is to give back what it is shown.
y_train = x_train
y_val = x_val
y_test = x_test

model = keras.Sequential(
    [
        layers.Input(shape=(64,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(12, name="code"),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="mse",
    metrics=["mae"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=80,
    batch_size=32,
    validation_data=(x_val, y_val),
    callbacks=[early_stopping],
    verbose=2,
)


def minus_relative_error(x, y):
    """Minus the share of the variance lost, at least -2; outputs not finite give -2."""
    outputs = model.predict(x, verbose=0).astype("float64")
    if outputs.shape != y.shape or not np.isfinite(outputs).all():
        return -2.0
    return max(-2.0, -np.sum((y - outputs) ** 2) / np.sum((y - y.mean(axis=0)) ** 2))


print(f"validation score: {minus_relative_error(x_val, y_val):.4f}")
print(f"test score: {minus_relative_error(x_test, y_test):.4f}")
