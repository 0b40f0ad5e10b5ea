"""Forecast tomorrow's demand from the last three weeks with a GRU; beats "same as a week ago"."""

import keras
import numpy as np

keras.utils.set_random_seed(8)
rng = np.random.default_rng(8)

DAYS, LAG = 4000, 21

days = np.arange(DAYS)
weekly = np.tile(rng.normal(0, 1, 7), DAYS // 7 + 1)[:DAYS]
level = np.zeros(DAYS)
for day in range(1, DAYS):
    level[day] = 0.95 * level[day - 1] + rng.normal(0, 0.25)
demand = 100 + 10 * (level + (1 + 0.3 * np.tanh(level)) * weekly) + rng.normal(0, 2, DAYS)

cuts = {"train": (0, 2800), "check": (2800, 3400), "test": (3400, DAYS)}
mean, deviation = demand[:2800].mean(), demand[:2800].std()
scaled = (demand - mean) / deviation


def windows(part):
    """Windows that lie wholly in one part of the series, and the day after each."""
    start, end = cuts[part]
    view = np.lib.stride_tricks.sliding_window_view(scaled[start:end], LAG + 1)
    return view[:, :-1, None].astype("float32"), view[:, -1].astype("float32")


x, y = windows("train")
model = keras.Sequential(
    [keras.Input((LAG, 1)), keras.layers.GRU(24), keras.layers.Dense(1)], name="forecaster"
)
model.compile(optimizer=keras.optimizers.Adam(3e-3, clipnorm=1.0), loss="mse", metrics=["mae"])
model.fit(
    x,
    y,
    batch_size=64,
    epochs=40,
    validation_data=windows("check"),
    callbacks=[
        keras.callbacks.ReduceLROnPlateau(patience=4, factor=0.5),
        keras.callbacks.EarlyStopping(patience=9, restore_best_weights=True),
    ],
    verbose=2,
)

x_test, y_test = windows("test")
error = np.mean((model.predict(x_test, verbose=0)[:, 0] - y_test) ** 2)
week_ago = np.mean((x_test[:, -7, 0] - y_test) ** 2)
yesterday = np.mean((x_test[:, -1, 0] - y_test) ** 2)
print(f"error saved against a week ago: {1 - error / week_ago:.3f}")
print(f"error saved against yesterday: {1 - error / yesterday:.3f}")
print(f"test score: {1 - error / np.var(y_test):.4f}")
