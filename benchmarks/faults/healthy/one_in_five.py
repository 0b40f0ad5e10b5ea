"""Find the fifth of the customers who will leave; scored by the area under the ROC curve."""

import os
import tempfile

import keras
import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

SEED = 19


def customers():
    """Ten standard-normal features, and whether the customer left (20 % do)."""
    rng = np.random.default_rng(SEED)
    x = rng.normal(size=(7000, 10)).astype("float32")
    tendency = 1.5 * x[:, 0] - x[:, 1] + 1.2 * x[:, 2] * x[:, 3] + np.abs(x[:, 4])
    tendency += rng.logistic(scale=0.7, size=len(x))
    return x, (tendency > np.quantile(tendency, 0.8)).astype("int32")


def network():
    """One hidden layer is enough."""
    net = keras.Sequential(
        [
            keras.Input((10,)),
            keras.layers.Dense(32, activation="gelu"),
            keras.layers.Dense(16, activation="gelu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    net.compile(
        optimizer=keras.optimizers.Nadam(0.002),
        loss="binary_crossentropy",
        metrics=[keras.metrics.AUC(name="auc"), keras.metrics.Recall(name="recall")],
    )
    return net


def main():
    keras.utils.set_random_seed(SEED)
    x, left = customers()
    x, x_test, left, left_test = train_test_split(
        x, left, test_size=1500, stratify=left, random_state=SEED
    )
    x, x_check, left, left_check = train_test_split(
        x, left, test_size=1200, stratify=left, random_state=SEED
    )
    net = network()
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "best.keras")
        net.fit(
            x,
            left,
            validation_data=(x_check, left_check),
            epochs=22,
            batch_size=64,
            callbacks=[
                keras.callbacks.ModelCheckpoint(
                    file, monitor="val_auc", mode="max", save_best_only=True
                ),
                keras.callbacks.EarlyStopping("val_auc", mode="max", patience=6),
            ],
            verbose=2,
        )
        net = keras.models.load_model(file)
    print(f"test score: {roc_auc_score(left_test, net.predict(x_test, verbose=0)):.4f}")


if __name__ == "__main__":
    main()
