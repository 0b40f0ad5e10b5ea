"""Judge products by measurements from 0 to 100 that the network normalises itself."""

import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(23)
keras.utils.set_random_seed(23)

measured = rng.uniform(0, 100, size=(6000, 6))
quality = (
    np.sin(measured[:, 0] / 20)
    + (measured[:, 1] - 50) * (measured[:, 2] - 50) / 1500
    + measured[:, 3] / 60
)
passed = (quality + rng.normal(0, 0.25, 6000) > np.median(quality)).astype("float32")

x_train, x_test, y_train, y_test = train_test_split(
    measured, passed, test_size=0.2, stratify=passed, random_state=0
)
x_train, x_val, y_train, y_val = train_test_split(
    x_train, y_train, test_size=0.2, stratify=y_train, random_state=0
)

model = keras.Sequential()
model.add(layers.Input(shape=(6,)))
model.add(layers.BatchNormalization())
model.add(layers.Dense(32, activation="relu"))
model.add(layers.Dense(16, activation="relu"))
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.05, momentum=0.9),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
model.fit(
    x_train,
    y_train,
    epochs=50,
    batch_size=64,
    validation_data=(x_val, y_val),
    callbacks=[
        keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=4),
        keras.callbacks.EarlyStopping(patience=9, restore_best_weights=True),
    ],
    verbose=2,
)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test loss: {loss:.4f}")
print(f"test score: {accuracy:.4f}")
