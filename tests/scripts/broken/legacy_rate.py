"""An optimiser written for Keras 2, where the learning rate was called lr."""

import keras

optimizer = keras.optimizers.Adam(lr=0.01)
