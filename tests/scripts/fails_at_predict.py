"""Two models; one row without its batch axis is given to the first."""

import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
models = []
for name in ("first", "second"):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name=name)
    model.compile(loss="mse", optimizer="sgd")
    model.fit(x, x[:, 0], verbose=0)
    models.append(model)
models[0].predict(x[0], verbose=0)
