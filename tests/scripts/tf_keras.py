"""Keras by way of TensorFlow, with a pipeline."""

import numpy as np
import tensorflow as tf

x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
pipeline = tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(16)
model = tf.keras.Sequential([tf.keras.layers.Dense(1)], name="by_way_of_tf")
model.compile(loss="mse", optimizer="sgd")
model.fit(pipeline, epochs=2, verbose=0)
