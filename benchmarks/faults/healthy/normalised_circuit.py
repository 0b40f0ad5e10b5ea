"""Predict a circuit's impedance with a Normalization layer adapted to the training rows."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import make_friedman2
from sklearn.metrics import r2_score

rng = np.random.default_rng(27)
keras.utils.set_random_seed(27)

x, ohms = make_friedman2(n_samples=5000, noise=60.0, random_state=27)
order = rng.permutation(len(x))
x, ohms = x[order], ohms[order]
bounds = [3400, 4200]
(x_train, x_val, x_test), (o_train, o_val, o_test) = np.split(x, bounds), np.split(ohms, bounds)

centre, spread = np.mean(o_train), np.std(o_train)
normalise = layers.Normalization()
normalise.adapt(x_train)

inputs = keras.Input(shape=(4,))
hidden = normalise(inputs)
for units in (32, 32):
    hidden = layers.Dense(units, activation="selu", kernel_initializer="lecun_normal")(hidden)
outputs = layers.Dense(1)(hidden)
model = keras.Model(inputs, outputs)
model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.002),
    loss="mean_squared_error",
    metrics=[keras.metrics.RootMeanSquaredError()],
)
model.fit(
    x_train,
    (o_train - centre) / spread,
    validation_data=(x_val, (o_val - centre) / spread),
    batch_size=64,
    epochs=60,
    callbacks=[
        keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=5, min_lr=1e-5),
        keras.callbacks.EarlyStopping(patience=8, min_delta=1e-4, restore_best_weights=True),
    ],
    verbose=2,
)
print(f"test score: {r2_score(o_test, model.predict(x_test, verbose=0) * spread + centre):.4f}")
