"""Classify digits fed by a PyDataset that shifts the training images at random."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 0
keras.utils.set_random_seed(SEED)

digits = load_digits()
x_rest, x_test, y_rest, y_test = train_test_split(
    digits.images[..., np.newaxis],
    digits.target,
    test_size=300,
    stratify=digits.target,
    random_state=SEED,
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=300, stratify=y_rest, random_state=SEED
)

x_train = x_train / 16.0
x_val = x_val / 16.0
x_test = x_test / 16.0


class Batches(keras.utils.PyDataset):
    """Batches of images; those for training come in a new order and shifted by up to a pixel."""

    def __init__(self, x, y, batch_size, training=False):
        super().__init__()
        self.x = x
        self.y = y
        self.batch_size = batch_size
        self.training = training
        self.generator = np.random.default_rng(SEED)
        self.order = np.arange(len(x))
        self.on_epoch_end()

    def __len__(self):
        return int(np.ceil(len(self.x) / self.batch_size))

    def __getitem__(self, index):
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        images = self.x[rows]
        if self.training:
            shift = int(self.generator.integers(-1, 2))
            images = np.roll(images, shift, axis=1)
        return images.astype("float32"), self.y[rows]

    def on_epoch_end(self):
        if self.training:
            self.generator.shuffle(self.order)


train = Batches(x_train, y_train, 32, training=True)
validation = Batches(x_val, y_val, 32)

model = keras.Sequential(
    [
        layers.Input(shape=(8, 8, 1)),
        layers.Conv2D(16, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
history = model.fit(
    train,
    epochs=20,
    validation_data=validation,
    callbacks=[early_stopping],
    verbose=2,
)


def accuracy(x, y):
    """Share of rows classified correctly; a row without finite outputs counts as wrong."""
    outputs = model.predict(x, verbose=0)
    finite = np.isfinite(outputs).all(axis=-1)
    return np.mean(finite & (np.argmax(outputs, axis=-1) == y))


print(f"validation score: {accuracy(x_val, y_val):.4f}")
print(f"test score: {accuracy(x_test, y_test):.4f}")
