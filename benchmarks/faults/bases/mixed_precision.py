"""Fit a smooth function of eight features with hidden layers in mixed precision."""

import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 0
keras.utils.set_random_seed(SEED)

generator = np.random.default_rng(21)
x_all = generator.uniform(-3.0, 5.0, size=(8000, 8))
y_all = np.sin(x_all[:, 0]) + 0.1 * x_all[:, 1] * x_all[:, 2] + 0.3 * np.abs(x_all[:, 3] - 1.0)
y_all = (y_all - y_all.mean()) / y_all.std() + generator.normal(0.0, 0.25, size=8000)
x_rest, x_test, y_rest, y_test = train_test_split(x_all, y_all, test_size=1000, random_state=SEED)
x_train, x_val, y_train, y_val = train_test_split(x_rest, y_rest, test_size=1000, random_state=SEED)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)

# Hidden layers compute in bfloat16 and keep float32 weights; the output stays in float32.
mixed = keras.dtype_policies.DTypePolicy("mixed_bfloat16")
model = keras.Sequential(
    [
        layers.Input(shape=(8,)),
        layers.Dense(48, activation="relu", dtype=mixed),
        layers.Dense(24, activation="relu", dtype=mixed),
        layers.Dense(1, dtype="float32"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="mse",
    metrics=["mae"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=8, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=40,
    batch_size=64,
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
