"""Classify points by their distance from the centre with a model written as a class."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import make_gaussian_quantiles
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 0
keras.utils.set_random_seed(SEED)

x_all, y_all = make_gaussian_quantiles(
    cov=9.0, n_samples=5000, n_features=6, n_classes=3, random_state=2
)
x_rest, x_test, y_rest, y_test = train_test_split(
    x_all, y_all, test_size=800, stratify=y_all, random_state=SEED
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=800, stratify=y_rest, random_state=SEED
)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)


class Classifier(keras.Model):
    """Two hidden layers, with dropout between them."""

    def __init__(self):
        super().__init__()
        self.first = layers.Dense(64, activation="relu")
        self.dropout = layers.Dropout(0.1)
        self.second = layers.Dense(32, activation="relu")
        self.head = layers.Dense(3, activation="softmax")

    def call(self, inputs, training=False):
        hidden = self.first(inputs)
        hidden = self.dropout(hidden, training=training)
        hidden = self.second(hidden)
        return self.head(hidden)


model = Classifier()
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
