"""Classify digit images that lie in folders, one folder a class."""
# needs: tensorflow

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 0
keras.utils.set_random_seed(SEED)

digits = load_digits()
images = np.clip(digits.images * 16.0, 0, 255)[..., np.newaxis].astype("uint8")
x_rest, x_test, y_rest, y_test = train_test_split(
    images, digits.target, test_size=300, stratify=digits.target, random_state=SEED
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=300, stratify=y_rest, random_state=SEED
)


def write_images(folder, images, labels):
    """Write every image as FOLDER/LABEL/NUMBER.png."""
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        path = folder / str(label) / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tf.io.encode_png(image).numpy())


scratch = tempfile.TemporaryDirectory()
write_images(Path(scratch.name, "train"), x_train, y_train)
write_images(Path(scratch.name, "validation"), x_val, y_val)

train = keras.utils.image_dataset_from_directory(
    Path(scratch.name, "train"),
    color_mode="grayscale",
    image_size=(8, 8),
    batch_size=32,
    shuffle=True,
    seed=SEED,
    verbose=False,
)
validation = keras.utils.image_dataset_from_directory(
    Path(scratch.name, "validation"),
    color_mode="grayscale",
    image_size=(8, 8),
    batch_size=32,
    shuffle=False,
    verbose=False,
)

model = keras.Sequential(
    [
        layers.Input(shape=(8, 8, 1)),
        layers.Rescaling(1.0 / 255),
        layers.Conv2D(16, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
history = model.fit(
    train,
    epochs=20,
    validation_data=validation,
    callbacks=[early_stopping],
    verbose=2,
)
scratch.cleanup()


def accuracy(x, y):
    """Share of rows classified correctly; a row without finite outputs counts as wrong."""
    outputs = model.predict(x.astype("float32"), verbose=0)
    finite = np.isfinite(outputs).all(axis=-1)
    return np.mean(finite & (np.argmax(outputs, axis=-1) == y))


print(f"validation score: {accuracy(x_val, y_val):.4f}")
print(f"test score: {accuracy(x_test, y_test):.4f}")
