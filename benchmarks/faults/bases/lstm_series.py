"""Forecast a noisy chaotic time series six steps ahead with an LSTM."""

import keras
import numpy as np
from keras import layers

SEED = 0
keras.utils.set_random_seed(SEED)

WINDOW = 24
AHEAD = 6


def mackey_glass(steps, delay=17):
    """The Mackey-Glass series, thinned to one value in three, with a little sensor noise."""
    values = [1.2] * (delay + 1)
    for _ in range(3 * steps + 300):
        past = values[-delay - 1]
        values.append(values[-1] + 0.2 * past / (1.0 + past**10) - 0.1 * values[-1])
    series = np.array(values[-3 * steps :: 3])
    return series + np.random.default_rng(7).normal(0.0, 0.03, size=len(series))


def windows(series):
    """All windows of a stretch of the series, and the value AHEAD steps after each of them."""
    starts = range(len(series) - WINDOW - AHEAD + 1)
    x = np.stack([series[start : start + WINDOW] for start in starts])
    y = np.array([series[start + WINDOW + AHEAD - 1] for start in starts])
    return x[..., np.newaxis].astype("float32"), y.astype("float32")


# The past trains, what follows it validates, and the end of the series tests.
series = mackey_glass(3000)
x_train, y_train = windows(series[:2000])
x_val, y_val = windows(series[2000:2500])
x_test, y_test = windows(series[2500:])

mean, deviation = series[:2000].mean(), series[:2000].std()
x_train = (x_train - mean) / deviation
x_val = (x_val - mean) / deviation
x_test = (x_test - mean) / deviation
y_train = (y_train - mean) / deviation
y_val = (y_val - mean) / deviation
y_test = (y_test - mean) / deviation

model = keras.Sequential(
    [
        layers.Input(shape=(WINDOW, 1)),
        layers.LSTM(32),
        layers.Dense(16, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="mse",
    metrics=["mae"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=25,
    batch_size=32,
    validation_data=(x_val, y_val),
    callbacks=[early_stopping],
    verbose=2,
)


def r_squared(x, y):
    """Explained share of the variance, at least -1; outputs that are not finite give -1."""
    outputs = model.predict(x, verbose=0).reshape(len(y), -1)[:, 0].astype("float64")
    if not np.isfinite(outputs).all():
        return -1.0
    return max(-1.0, 1.0 - np.sum((y - outputs) ** 2) / np.sum((y - y.mean()) ** 2))


print(f"validation score: {r_squared(x_val, y_val):.4f}")
print(f"test score: {r_squared(x_test, y_test):.4f}")
