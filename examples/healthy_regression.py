"""A smooth function of ten features with some noise, standardised: nothing to complain about."""

import keras
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

x, y = make_friedman1(n_samples=4000, n_features=10, noise=1.0, random_state=0)
x_train, x_val, y_train, y_val = train_test_split(x, y[:, None], test_size=0.25, random_state=0)
for_x, for_y = StandardScaler().fit(x_train), StandardScaler().fit(y_train)
x_train, x_val = for_x.transform(x_train), for_x.transform(x_val)
y_train, y_val = for_y.transform(y_train), for_y.transform(y_val)

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(
    x_train,
    y_train,
    epochs=40,
    validation_data=(x_val, y_val),
    callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)],
    verbose=2,
)
