"""Reuse a network trained on the digits 0 to 4 to recognise the digits 5 to 9."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 0
keras.utils.set_random_seed(SEED)

digits = load_digits()
images = digits.images[..., np.newaxis]
known = digits.target < 5

# First a network learns the known half of the digits.
base = keras.Sequential(
    [
        layers.Input(shape=(8, 8, 1)),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Flatten(),
    ]
)
pretrained = keras.Sequential([base, layers.Dense(5, activation="softmax")])
pretrained.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
pretrained.fit(images[known] / 16.0, digits.target[known], epochs=5, batch_size=32, verbose=0)
base.trainable = False

# Then a new head learns the other half on the frozen base.
x_rest, x_test, y_rest, y_test = train_test_split(
    images[~known],
    digits.target[~known] - 5,
    test_size=220,
    stratify=digits.target[~known],
    random_state=SEED,
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=220, stratify=y_rest, random_state=SEED
)

x_train = x_train / 16.0
x_val = x_val / 16.0
x_test = x_test / 16.0

model = keras.Sequential(
    [
        layers.Input(shape=(8, 8, 1)),
        base,
        layers.Dropout(0.2),
        layers.Dense(5, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=40,
    batch_size=32,
    validation_data=(x_val, y_val),
    callbacks=[early_stopping],
    verbose=2,
)


def accuracy(x, y):
    """Share of rows classified correctly; a row without finite outputs counts as wrong."""
    outputs = model.predict(x, verbose=0)
    finite = np.isfinite(outputs).all(axis=-1)
    return np.mean(finite & (np.argmax(outputs, axis=-1) == y))


print(f"validation score: {accuracy(x_val, y_val):.4f}")
print(f"test score: {accuracy(x_test, y_test):.4f}")
