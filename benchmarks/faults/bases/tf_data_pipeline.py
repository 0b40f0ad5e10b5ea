"""Classify table rows that reach the model through tf.data pipelines."""
# needs: tensorflow

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 0
keras.utils.set_random_seed(SEED)

x_all, y_all = make_classification(
    n_samples=4000,
    n_features=12,
    n_informative=8,
    n_redundant=2,
    n_classes=3,
    n_clusters_per_class=2,
    class_sep=1.5,
    flip_y=0.02,
    random_state=8,
)
x_rest, x_test, y_rest, y_test = train_test_split(
    x_all, y_all, test_size=700, stratify=y_all, random_state=SEED
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=700, stratify=y_rest, random_state=SEED
)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)

train = tf.data.Dataset.from_tensor_slices((x_train, y_train))
train = train.shuffle(len(x_train), seed=SEED)
train = train.batch(64)
train = train.prefetch(tf.data.AUTOTUNE)
validation = tf.data.Dataset.from_tensor_slices((x_val, y_val))
validation = validation.batch(64)

model = keras.Sequential(
    [
        layers.Input(shape=(12,)),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.1),
        layers.Dense(16, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)
history = model.fit(
    train,
    epochs=40,
    validation_data=validation,
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
