"""Read handwritten 8x8 digits with a dense network on the flattened pixels."""

import keras
import numpy as np
from keras import layers, regularizers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 0
keras.utils.set_random_seed(SEED)

x, y = load_digits(return_X_y=True)
x_train, x_rest, y_train, y_rest = train_test_split(
    x, y, test_size=0.4, stratify=y, random_state=SEED
)
x_val, x_test, y_val, y_test = train_test_split(
    x_rest, y_rest, test_size=0.5, stratify=y_rest, random_state=SEED
)

# Pixels are counts from 0 to 16.
x_train = x_train / 16.0
x_val = x_val / 16.0
x_test = x_test / 16.0

model = keras.Sequential(
    [
        layers.Input(shape=(64,)),
        layers.Dense(64, activation="relu", kernel_regularizer=regularizers.L2(0.002)),
        layers.Dense(32, activation="relu", kernel_regularizer=regularizers.L2(0.002)),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=6, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=40,
    batch_size=32,
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
