"""Separate two noisy half moons with a network that returns logits."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 0
keras.utils.set_random_seed(SEED)

x, y = make_moons(n_samples=3000, noise=0.2, random_state=SEED)
y = y.reshape(-1, 1)
x_train, x_rest, y_train, y_rest = train_test_split(
    x, y, test_size=0.5, stratify=y, random_state=SEED
)
x_val, x_test, y_val, y_test = train_test_split(
    x_rest, y_rest, test_size=0.5, stratify=y_rest, random_state=SEED
)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)

model = keras.Sequential(
    [
        layers.Input(shape=(2,)),
        layers.Dense(24, activation="relu"),
        layers.Dense(24, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.005),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True)
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
    """Accuracy where a positive logit means the second moon."""
    outputs = model.predict(inputs, verbose=0)[:, 0]
    right = (outputs > 0.0) == (labels[:, 0] == 1)
    return np.mean(right) if np.all(np.isfinite(outputs)) else 0.0


print(f"validation score: {score(x_val, y_val):.4f}")
print(f"test score: {score(x_test, y_test):.4f}")
