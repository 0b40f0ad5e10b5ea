"""Find the rare class, one row in eleven, with weights that balance the classes."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight

SEED = 0
keras.utils.set_random_seed(SEED)

x, y = make_classification(
    n_samples=8000,
    n_features=12,
    n_informative=6,
    n_redundant=2,
    n_clusters_per_class=2,
    weights=[10 / 11],
    class_sep=1.2,
    flip_y=0.0,
    random_state=SEED,
)
x_train, x_rest, y_train, y_rest = train_test_split(
    x, y, test_size=0.4, stratify=y, random_state=SEED
)
x_val, x_test, y_val, y_test = train_test_split(
    x_rest, y_rest, test_size=0.5, stratify=y_rest, random_state=SEED
)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)

weights = compute_class_weight("balanced", classes=np.array([0, 1]), y=y_train)
class_weight = {0: float(weights[0]), 1: float(weights[1])}

model = keras.Sequential(
    [
        layers.Input(shape=(12,)),
        layers.Dense(24, activation="relu"),
        layers.Dense(12, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.002),
    loss="binary_crossentropy",
    metrics=[keras.metrics.AUC(name="auc")],
)
stop = keras.callbacks.EarlyStopping(
    monitor="val_auc", mode="max", patience=8, restore_best_weights=True
)
history = model.fit(
    x_train,
    y_train,
    epochs=40,
    batch_size=64,
    validation_data=(x_val, y_val),
    class_weight=class_weight,
    callbacks=[stop],
    verbose=2,
)


def score(inputs, labels):
    """Balanced accuracy: the mean of the two classes' recalls."""
    outputs = model.predict(inputs, verbose=0)[:, 0]
    if not np.all(np.isfinite(outputs)):
        return 0.0
    said = outputs > 0.5
    return 0.5 * (np.mean(said[labels == 1]) + np.mean(~said[labels == 0]))


print(f"validation score: {score(x_val, y_val):.4f}")
print(f"test score: {score(x_test, y_test):.4f}")
