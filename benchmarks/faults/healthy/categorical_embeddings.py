"""Estimate delivery times from shop, courier and distance, with embeddings of shop and courier."""

import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.metrics import r2_score

keras.utils.set_random_seed(17)
rng = np.random.default_rng(17)

count = 8000
shops, couriers = 40, 25
orders = pd.DataFrame(
    {
        "shop": [f"shop {number}" for number in rng.integers(shops, size=count)],
        "courier": [f"courier {number}" for number in rng.integers(couriers, size=count)],
        "kilometres": rng.gamma(3.0, 1.2, count),
        "rush_hour": rng.random(count) < 0.3,
    }
)
cooking = pd.Series(rng.normal(12, 4, shops), index=[f"shop {n}" for n in range(shops)])
speed = pd.Series(rng.uniform(2, 5, couriers), index=[f"courier {n}" for n in range(couriers)])
orders["minutes"] = (
    orders["shop"].map(cooking)
    + orders["kilometres"] * orders["courier"].map(speed) * (1 + 0.4 * orders["rush_hour"])
    + rng.normal(0, 2.5, count)
)

part = rng.choice(["train", "check", "test"], p=[0.7, 0.15, 0.15], size=count)
train = orders[part == "train"]
codes = {
    column: {value: code for code, value in enumerate(sorted(train[column].unique()))}
    for column in ("shop", "courier")
}
km_mean, km_std = train["kilometres"].mean(), train["kilometres"].std()
goal_mean, goal_std = train["minutes"].mean(), train["minutes"].std()


def arrays(table):
    """The model's inputs and the scaled target of some orders."""
    inputs = {column: table[column].map(codes[column]).to_numpy("int32") for column in codes}
    distance = (table["kilometres"] - km_mean) / km_std
    inputs["numbers"] = np.column_stack([distance, table["rush_hour"]]).astype("float32")
    return inputs, ((table["minutes"] - goal_mean) / goal_std).to_numpy("float32")


shop = keras.Input((), dtype="int32", name="shop")
courier = keras.Input((), dtype="int32", name="courier")
numbers = keras.Input((2,), name="numbers")
features = layers.Concatenate()(
    [layers.Embedding(shops, 4)(shop), layers.Embedding(couriers, 4)(courier), numbers]
)
features = layers.Dense(32, activation="relu")(features)
features = layers.Dense(16, activation="relu")(features)
model = keras.Model([shop, courier, numbers], layers.Dense(1)(features))
model.compile(optimizer=keras.optimizers.Adam(3e-3), loss="mse", metrics=["mae"])

x, y = arrays(train)
x_check, y_check = arrays(orders[part == "check"])
model.fit(
    [x["shop"], x["courier"], x["numbers"]],
    y,
    validation_data=([x_check["shop"], x_check["courier"], x_check["numbers"]], y_check),
    batch_size=64,
    epochs=40,
    callbacks=[keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)],
    verbose=2,
)
x_test, y_test = arrays(orders[part == "test"])
guess = model.predict([x_test["shop"], x_test["courier"], x_test["numbers"]], verbose=0)
print(f"test score: {r2_score(y_test, guess[:, 0]):.4f}")
