"""Tell malignant from benign breast tumours with a small dense network."""

import keras
import numpy as np
from keras import layers, regularizers
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 0
keras.utils.set_random_seed(SEED)

x, y = load_breast_cancer(return_X_y=True)
x_train, x_rest, y_train, y_rest = train_test_split(
    x, y, test_size=0.55, stratify=y, random_state=SEED
)
x_val, x_test, y_val, y_test = train_test_split(
    x_rest, y_rest, test_size=0.35, stratify=y_rest, random_state=SEED
)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)

model = keras.Sequential(
    [
        layers.Input(shape=(x_train.shape[1],)),
        layers.Dense(16, activation="relu", kernel_regularizer=regularizers.L2(0.01)),
        layers.Dense(8, activation="relu", kernel_regularizer=regularizers.L2(0.01)),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=50,
    batch_size=32,
    validation_data=(x_val, y_val),
    callbacks=[stop],
    verbose=2,
)


def score(inputs, labels):
    """Accuracy at a threshold of one half."""
    outputs = model.predict(inputs, verbose=0)[:, 0]
    return np.mean((outputs > 0.5) == (labels == 1)) if np.all(np.isfinite(outputs)) else 0.0


print(f"validation score: {score(x_val, y_val):.4f}")
print(f"test score: {score(x_test, y_test):.4f}")
