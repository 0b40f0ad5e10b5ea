"""Tell whether two images show the same digit, with one encoder for both."""

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 6


def pairs(images, labels, count, rng):
    """Random pairs of images, half of them of the same digit."""
    left = rng.integers(len(images), size=count)
    same = rng.random(count) < 0.5
    right = np.empty(count, dtype=int)
    for row in range(count):
        alike = labels == labels[left[row]]
        right[row] = rng.choice(np.flatnonzero(alike if same[row] else ~alike))
    return (images[left], images[right]), same.astype("float32")


def build():
    encoder = keras.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(32),
        ],
        name="encoder",
    )
    first, second = keras.Input((64,)), keras.Input((64,))
    distance = ops.square(encoder(first) - encoder(second))
    model = keras.Model([first, second], layers.Dense(1, activation="sigmoid")(distance))
    model.compile(
        optimizer=keras.optimizers.Adam(0.003), loss="binary_crossentropy", metrics=["accuracy"]
    )
    return model


def main():
    keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    images, labels = load_digits(return_X_y=True)
    images = (images / 16.0).astype("float32")
    # The images are divided before they are paired: no image is in two parts.
    train, rest = train_test_split(
        np.arange(len(labels)), test_size=0.4, stratify=labels, random_state=SEED
    )
    check, test = train_test_split(rest, test_size=0.5, stratify=labels[rest], random_state=SEED)

    inputs, same = pairs(images[train], labels[train], 12000, rng)
    check_inputs, check_same = pairs(images[check], labels[check], 1000, rng)
    test_inputs, test_same = pairs(images[test], labels[test], 1500, rng)

    model = build()
    model.fit(
        list(inputs),
        same,
        epochs=30,
        batch_size=64,
        validation_data=(list(check_inputs), check_same),
        callbacks=[keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)],
        verbose=2,
    )
    print(f"test score: {model.evaluate(list(test_inputs), test_same, verbose=0)[1]:.4f}")


if __name__ == "__main__":
    main()
