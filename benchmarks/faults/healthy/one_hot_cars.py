"""Value used cars whose make, fuel and gearbox are one-hot columns, with validation_split."""

import keras
import numpy as np
import pandas as pd

keras.utils.set_random_seed(37)
rng = np.random.default_rng(37)

n = 6000
cars = pd.DataFrame(
    {
        "make": rng.choice(list("ABCDEFGH"), n),
        "fuel": rng.choice(["petrol", "diesel", "electric"], n, p=[0.5, 0.3, 0.2]),
        "gearbox": rng.choice(["manual", "automatic"], n),
        "age": rng.uniform(0, 15, n),
        "mileage": rng.gamma(4, 25, n),
    }
)
new_price = 18 + 3 * cars["make"].map(dict(zip("ABCDEFGH", rng.normal(0, 2, 8), strict=True)))
new_price += cars["fuel"].map({"petrol": 0, "diesel": 1, "electric": 8})
loss_a_year = cars["fuel"].map({"petrol": 0.09, "diesel": 0.11, "electric": 0.16})
value = new_price * np.exp(-loss_a_year * cars["age"] - cars["mileage"] / 600)
value = value * rng.lognormal(0, 0.08, n)

# The rows come in random order, so the last fifth is as good as any for validation.
features = pd.get_dummies(cars, columns=["make", "fuel", "gearbox"], dtype=float)
features["age"] = (features["age"] - 7.5) / 7.5
features["mileage"] = (features["mileage"] - 100) / 100
target = np.log(value.clip(lower=0.5))
is_test = rng.random(n) < 0.2

model = keras.Sequential(
    [
        keras.Input((features.shape[1],)),
        keras.layers.Dense(32, activation="elu"),
        keras.layers.Dense(32, activation="elu"),
        keras.layers.Dense(
            1, bias_initializer=keras.initializers.Constant(target[~is_test].mean())
        ),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(
        keras.optimizers.schedules.ExponentialDecay(0.004, decay_steps=400, decay_rate=0.7)
    ),
    loss="mse",
    metrics=["mae"],
)
model.fit(
    features[~is_test].to_numpy("float32"),
    target[~is_test].to_numpy("float32"),
    validation_split=0.2,
    epochs=50,
    batch_size=64,
    callbacks=[keras.callbacks.EarlyStopping(patience=8, restore_best_weights=True)],
    verbose=2,
)
guess = model.predict(features[is_test].to_numpy("float32"), verbose=0)[:, 0]
residual = target[is_test] - guess
print(f"test score: {1 - np.mean(residual**2) / np.var(target[is_test]):.4f}")
