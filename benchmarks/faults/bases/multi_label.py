"""Tag documents of word counts with any of five labels."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import make_multilabel_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 0
keras.utils.set_random_seed(SEED)

x, y = make_multilabel_classification(
    n_samples=8000, n_features=20, n_classes=5, n_labels=2, random_state=SEED
)
x_train, x_rest, y_train, y_rest = train_test_split(x, y, test_size=0.4, random_state=SEED)
x_val, x_test, y_val, y_test = train_test_split(x_rest, y_rest, test_size=0.5, random_state=SEED)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)

model = keras.Sequential(
    [
        layers.Input(shape=(20,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(5, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="binary_crossentropy",
    metrics=["binary_accuracy"],
)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=6, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=30,
    batch_size=64,
    validation_data=(x_val, y_val),
    callbacks=[stop],
    verbose=2,
)


def score(inputs, labels):
    """Share of the single tags that are right."""
    outputs = model.predict(inputs, verbose=0)
    return np.mean((outputs > 0.5) == (labels == 1)) if np.all(np.isfinite(outputs)) else 0.0


print(f"validation score: {score(x_val, y_val):.4f}")
print(f"test score: {score(x_test, y_test):.4f}")
