"""Classify table rows with residual blocks of dense layers and layer normalisation."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 0
keras.utils.set_random_seed(SEED)

x_all, y_all = make_classification(
    n_samples=5000,
    n_features=16,
    n_informative=10,
    n_redundant=2,
    n_classes=4,
    n_clusters_per_class=2,
    class_sep=1.6,
    flip_y=0.02,
    random_state=3,
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


def block(inputs, units):
    """A residual block: the input plus what two layers make of it once normalised."""
    hidden = layers.LayerNormalization()(inputs)
    hidden = layers.Dense(units, activation="relu")(hidden)
    hidden = layers.Dropout(0.2)(hidden)
    hidden = layers.Dense(units)(hidden)
    return layers.Add()([inputs, hidden])


inputs = layers.Input(shape=(16,))
features = layers.Dense(32)(inputs)
features = block(features, 32)
features = block(features, 32)
features = layers.LayerNormalization()(features)
outputs = layers.Dense(4, activation="softmax")(features)
model = keras.Model(inputs, outputs)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.002),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
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
