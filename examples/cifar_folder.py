"""Ten kinds of things in folders of small pictures, and a plain convolutional network.

Usage: python cifar_folder.py FOLDER [--epochs 12]

FOLDER holds train/ and test/, and each of them a folder of pictures for every class. Keras reads
them with TensorFlow, whichever backend trains.
"""

import argparse
from pathlib import Path

import keras

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path)
parser.add_argument("--epochs", type=int, default=12)
options = parser.parse_args()

read = {"image_size": (32, 32), "batch_size": 32, "seed": 0}
train = keras.utils.image_dataset_from_directory(options.folder / "train", **read)
held = keras.utils.image_dataset_from_directory(options.folder / "test", shuffle=False, **read)

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((32, 32, 3)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=held, epochs=options.epochs, verbose=2)
