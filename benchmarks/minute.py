"""The script of run_overhead.py: a large dense network, EPOCHS epochs (60 take about a minute).

Usage: python minute.py [EPOCHS]
"""

import sys

import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(11_000, 28)).astype("float32")
y = (x[:, 0] * x[:, 1] + rng.normal(size=11_000) > 0).astype("float32")

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((28,))])
for _ in range(4):
    model.add(keras.layers.Dense(512, activation="elu"))
model.add(keras.layers.Dense(1))
model.compile(
    optimizer="adam",
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
history = model.fit(
    x[:10_000],
    y[:10_000],
    batch_size=500,
    epochs=int(sys.argv[1]) if len(sys.argv) > 1 else 60,
    validation_data=(x[10_000:], y[10_000:]),
    verbose=0,
)
for loss, val_loss in zip(history.history["loss"], history.history["val_loss"], strict=True):
    print(loss, val_loss)
