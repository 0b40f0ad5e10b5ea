"""Predict the lower, middle and upper range of a quantity whose spread grows with its level."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(3)
rng = np.random.default_rng(3)

QUANTILES = np.array([0.1, 0.5, 0.9], dtype="float32")


def pinball(y_true, y_pred):
    """The quantile loss, summed over the three quantiles."""
    error = y_true - y_pred
    return ops.sum(ops.maximum(QUANTILES * error, (QUANTILES - 1) * error), axis=-1)


n = 6000
x = rng.uniform(-1, 1, size=(n, 4)).astype("float32")
centre = np.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2]
spread = 0.2 + 0.4 * (x[:, 3] + 1) / 2
y = (centre + spread * rng.normal(size=n)).astype("float32")[:, None]

train, check, test = slice(0, 4000), slice(4000, 5000), slice(5000, n)

inputs = keras.Input((4,))
h = layers.Dense(48, activation="silu")(inputs)
h = layers.Dense(24, activation="silu")(h)
model = keras.Model(inputs, layers.Dense(3)(h))
model.compile(optimizer=keras.optimizers.AdamW(3e-3, weight_decay=1e-3), loss=pinball)
model.fit(
    x[train],
    y[train],
    batch_size=64,
    epochs=60,
    validation_data=(x[check], y[check]),
    callbacks=[
        keras.callbacks.ReduceLROnPlateau(patience=4, factor=0.3),
        keras.callbacks.EarlyStopping(patience=9, restore_best_weights=True),
    ],
    verbose=2,
)

low, middle, high = model.predict(x[test], verbose=0).T
covered = np.mean((y[test, 0] >= low) & (y[test, 0] <= high))
constant = np.quantile(y[train], QUANTILES).astype("float32")
loss = float(np.mean(pinball(y[test], np.stack([low, middle, high], axis=1))))
skill = 1 - loss / float(np.mean(pinball(y[test], constant)))
print(f"covered by the range from 10 % to 90 %: {covered:.3f}")
print(f"test score: {skill:.4f}")
