"""Predict how many calls arrive in an hour with a Poisson loss and an exponential output."""

import argparse

import keras
import numpy as np
from keras import layers
from sklearn.metrics import d2_tweedie_score
from sklearn.model_selection import train_test_split


def make_calls(rows, seed):
    """Hours described by time, weather, day and campaign, with the number of calls in each."""
    rng = np.random.default_rng(seed)
    hour = rng.integers(0, 24, rows)
    temperature = rng.normal(12, 8, rows)
    weekend = rng.random(rows) < 2 / 7
    campaign = rng.random(rows) < 0.3
    log_rate = (
        1.2
        + 0.9 * np.sin(2 * np.pi * (hour - 8) / 24)
        - 0.5 * weekend
        + 0.4 * campaign * (temperature > 10)
        + 0.02 * np.abs(temperature - 15)
    )
    features = np.column_stack(
        [
            np.sin(2 * np.pi * hour / 24),
            np.cos(2 * np.pi * hour / 24),
            (temperature - 12) / 8,
            weekend,
            campaign,
        ]
    )
    return features.astype("float32"), rng.poisson(np.exp(log_rate))


def build(units):
    """A small network whose output is a rate, so always positive."""
    return keras.Sequential(
        [
            layers.Input(shape=(5,)),
            layers.Dense(units, activation="gelu"),
            layers.Dense(units, activation="gelu"),
            layers.Dense(1, activation="exponential"),
        ]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--units", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    keras.utils.set_random_seed(options.seed)
    x, y = make_calls(options.rows, options.seed)
    x_fit, x_test, y_fit, y_test = train_test_split(x, y, test_size=0.2, random_state=1)
    x_fit, x_check, y_fit, y_check = train_test_split(x_fit, y_fit, test_size=0.25, random_state=2)

    model = build(options.units)
    model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="poisson")
    model.fit(
        x_fit,
        y_fit,
        batch_size=64,
        epochs=options.epochs,
        validation_data=(x_check, y_check),
        callbacks=[keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)],
        verbose=2,
    )
    rates = model.predict(x_test, verbose=0).ravel()
    print(f"test score: {d2_tweedie_score(y_test, rates, power=1):.4f}")


if __name__ == "__main__":
    main()
