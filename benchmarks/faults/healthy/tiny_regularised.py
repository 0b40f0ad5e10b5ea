"""Learn from 120 labelled rows with a strongly regularised network, and check on many more."""

import keras
import numpy as np
from keras import layers, regularizers
from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(9)

x, y = make_classification(
    n_samples=1120,
    n_features=10,
    n_informative=4,
    n_redundant=2,
    n_clusters_per_class=1,
    class_sep=1.0,
    flip_y=0.05,
    random_state=10,
)
# Half of the 120 rows come from either class; the rows come in random order.
positive, negative = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
train = np.random.default_rng(9).permutation(np.concatenate([positive[:60], negative[:60]]))
rest = np.setdiff1d(np.arange(len(y)), train)
check, test = rest[::2], rest[1::2]

scale = StandardScaler().fit(x[train]).transform

net = keras.Sequential(
    [
        layers.Input((10,)),
        layers.Dense(8, activation="relu", kernel_regularizer=regularizers.L2(0.01)),
        layers.Dropout(0.2),
        layers.Dense(1, activation="sigmoid", kernel_regularizer=regularizers.L2(0.01)),
    ]
)
net.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
net.fit(
    scale(x[train]),
    y[train],
    epochs=150,
    batch_size=20,
    validation_data=(scale(x[check]), y[check]),
    callbacks=[keras.callbacks.EarlyStopping(patience=25, restore_best_weights=True)],
    verbose=2,
)
guess = net.predict(scale(x[test]), verbose=0)[:, 0] > 0.5
print(f"test score: {accuracy_score(y[test], guess):.4f}")
