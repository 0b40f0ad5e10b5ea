"""A convolution over rows without channels: fails while the model is built, before any fit."""

import keras

model = keras.Sequential([keras.layers.Input((28, 28)), keras.layers.Conv2D(8, 3, name="conv")])
