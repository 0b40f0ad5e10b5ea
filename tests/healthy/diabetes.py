"""Diabetes, inputs and target standardised: a small network with L2 and early stopping."""

import keras
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

x, y = load_diabetes(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x, y[:, None], test_size=0.3, random_state=0)
for_x, for_y = StandardScaler().fit(x_train), StandardScaler().fit(y_train)

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse", metrics=["mae"])
model.fit(
    for_x.transform(x_train),
    for_y.transform(y_train),
    epochs=100,
    validation_data=(for_x.transform(x_val), for_y.transform(y_val)),
    callbacks=[keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)],
    verbose=2,
)
