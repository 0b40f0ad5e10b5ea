"""Fit Friedman's first regression function from ten features, five of which matter."""

import keras
import numpy as np
from keras import layers, regularizers
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 0
keras.utils.set_random_seed(SEED)

x, y = make_friedman1(n_samples=4000, n_features=10, noise=1.0, random_state=SEED)
y = y.reshape(-1, 1)
x_train, x_rest, y_train, y_rest = train_test_split(x, y, test_size=0.4, random_state=SEED)
x_val, x_test, y_val, y_test = train_test_split(x_rest, y_rest, test_size=0.5, random_state=SEED)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)

target_scaler = StandardScaler().fit(y_train)
y_train = target_scaler.transform(y_train)
y_val = target_scaler.transform(y_val)
y_test = target_scaler.transform(y_test)

model = keras.Sequential(
    [
        layers.Input(shape=(10,)),
        layers.Dense(24, activation="relu", kernel_regularizer=regularizers.L2(0.001)),
        layers.Dense(12, activation="relu", kernel_regularizer=regularizers.L2(0.001)),
        layers.Dense(1),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="mse",
    metrics=["mae"],
)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=60,
    batch_size=32,
    validation_data=(x_val, y_val),
    callbacks=[stop],
    verbose=2,
)


def score(inputs, targets):
    """Coefficient of determination, R squared."""
    outputs = model.predict(inputs, verbose=0)
    if not np.all(np.isfinite(outputs)):
        return -1000.0
    residual = np.sum((targets[:, 0] - outputs[:, 0]) ** 2)
    return 1.0 - residual / np.sum((targets[:, 0] - targets[:, 0].mean()) ** 2)


print(f"validation score: {score(x_val, y_val):.4f}")
print(f"test score: {score(x_test, y_test):.4f}")
