"""Regression on targets of which a few are grossly wrong, with the Huber loss."""

import keras
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

keras.utils.set_random_seed(11)
rng = np.random.default_rng(11)

rows = 5000
flats = pd.DataFrame(
    {
        "area": rng.gamma(9, 8, rows),
        "floor": rng.integers(0, 12, rows),
        "age": rng.uniform(0, 90, rows),
        "district": rng.choice(["north", "south", "east", "west", "centre"], rows),
    }
)
premium = flats["district"].map(
    {"north": 0.9, "south": 1.0, "east": 0.8, "west": 1.1, "centre": 1.6}
)
flats["price"] = flats["area"] * premium * (3 - 0.02 * flats["age"]) + 2 * flats["floor"]
flats["price"] += rng.normal(0, 15, rows)

train, test = train_test_split(flats, test_size=1000, random_state=0)
train, check = train_test_split(train, test_size=800, random_state=0)
typos = train.sample(frac=0.02, random_state=0).index  # a digit too many
train = train.copy()
train.loc[typos, "price"] *= 3

columns = ColumnTransformer(
    [
        ("numbers", StandardScaler(), ["area", "floor", "age"]),
        ("district", OneHotEncoder(sparse_output=False), ["district"]),
    ]
)
x_train = columns.fit_transform(train)
x_check = columns.transform(check)
x_test = columns.transform(test)
middle, scale = train["price"].median(), train["price"].std()

model = keras.Sequential(
    [
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(48, activation="elu"),
        keras.layers.Dense(24, activation="elu"),
        keras.layers.Dense(1),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(2e-3), loss=keras.losses.Huber(delta=0.3), metrics=["mae"]
)
model.fit(
    x_train,
    (train["price"].to_numpy() - middle) / scale,
    validation_data=(x_check, (check["price"].to_numpy() - middle) / scale),
    epochs=50,
    batch_size=64,
    callbacks=[keras.callbacks.EarlyStopping(patience=8, restore_best_weights=True)],
    verbose=2,
)
prices = model.predict(x_test, verbose=0)[:, 0] * scale + middle
print(f"test score: {r2_score(test['price'], prices):.4f}")
