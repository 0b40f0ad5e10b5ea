"""Handwritten digits into a convolutional network, without the channel axis Conv2D expects."""

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

digits = load_digits()
images = digits.images.astype("float32") / 16.0  # (1797, 8, 8): rows, height, width
x_train, x_val, y_train, y_val = train_test_split(
    images, digits.target, test_size=0.25, stratify=digits.target, random_state=0
)

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.layers.Conv2D(16, 3, activation="relu", padding="same"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(32, 3, activation="relu", padding="same"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=20, validation_data=(x_val, y_val), verbose=2)
