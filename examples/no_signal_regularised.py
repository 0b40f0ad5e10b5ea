"""Random features and labels again, now with L2 and dropout against the overfitting."""

import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(100, 20)).astype("float32")
y = rng.integers(0, 2, size=100)

keras.utils.set_random_seed(0)
l2 = keras.regularizers.L2(0.001)
model = keras.Sequential(
    [
        keras.Input((20,)),
        keras.layers.Dense(128, activation="relu", kernel_regularizer=l2),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(128, activation="relu", kernel_regularizer=l2),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=100, batch_size=16, validation_split=0.3, verbose=2)
