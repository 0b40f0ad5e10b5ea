"""Recognise the shape of noisy waves with one-dimensional convolutions."""

import keras
import numpy as np
from keras import layers
from scipy import signal
from sklearn.model_selection import train_test_split

SEED = 0
keras.utils.set_random_seed(SEED)

SHAPES = [np.sin, signal.square, signal.sawtooth, lambda phase: signal.sawtooth(phase, width=0.5)]


def waves(count, length=64):
    """Noisy waves of random shape, frequency, phase and strength, and the number of the shape."""
    generator = np.random.default_rng(11)
    labels = generator.integers(len(SHAPES), size=count)
    time = np.arange(length) / length
    rows = []
    for label in labels:
        phase = 2 * np.pi * (generator.uniform(2, 5) * time + generator.uniform())
        wave = generator.uniform(0.8, 1.2) * SHAPES[label](phase)
        rows.append(wave + generator.normal(0.0, 0.15, size=length))
    return np.array(rows, dtype="float32")[..., np.newaxis], labels


x_all, y_all = waves(3000)
x_rest, x_test, y_rest, y_test = train_test_split(
    x_all, y_all, test_size=500, stratify=y_all, random_state=SEED
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=500, stratify=y_rest, random_state=SEED
)

mean, deviation = x_train.mean(), x_train.std()
x_train = (x_train - mean) / deviation
x_val = (x_val - mean) / deviation
x_test = (x_test - mean) / deviation

model = keras.Sequential(
    [
        layers.Input(shape=(64, 1)),
        layers.Conv1D(16, 5, padding="same", activation="relu"),
        layers.MaxPooling1D(2),
        layers.Conv1D(32, 5, padding="same", activation="relu"),
        layers.GlobalAveragePooling1D(),
        layers.Dense(32, activation="relu"),
        layers.Dense(4, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.005),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=40,
    batch_size=64,
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
