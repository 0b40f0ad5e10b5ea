"""A slip in the name of an activation."""

import keras

layer = keras.layers.Dense(4, activation="sofmax")
