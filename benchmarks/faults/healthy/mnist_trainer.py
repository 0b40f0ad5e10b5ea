"""Read handwritten digits with a dense network built and trained by a small class."""
# needs: data

import os

import keras
import numpy as np
from keras import layers, regularizers


class Trainer:
    """Holds the three parts of the data and one model."""

    def __init__(self, path, seed):
        keras.utils.set_random_seed(seed)
        with np.load(path) as file:
            images, labels = file["x"], file["y"]
        order = np.random.default_rng(seed).permutation(len(labels))
        images = images[order].reshape(len(labels), -1) / 255.0
        labels = labels[order].astype("int64")
        self.parts = {
            "train": (images[:6000], labels[:6000]),
            "check": (images[6000:8000], labels[6000:8000]),
            "test": (images[8000:], labels[8000:]),
        }
        self.model = self.build()

    def build(self):
        return keras.Sequential(
            [
                layers.Input((784,)),
                layers.Dense(64, activation="gelu", kernel_regularizer=regularizers.L2(1e-3)),
                layers.Dropout(0.4),
                layers.Dense(10),
            ]
        )

    def train(self, epochs):
        self.model.compile(
            optimizer=keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        stop = keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
        self.model.fit(
            *self.parts["train"],
            epochs=epochs,
            batch_size=64,
            validation_data=self.parts["check"],
            callbacks=[stop],
            verbose=2,
        )

    def test(self):
        x, y = self.parts["test"]
        return float(np.mean(self.model.predict(x, verbose=0).argmax(axis=1) == y))


if __name__ == "__main__":
    trainer = Trainer(os.path.join(os.environ["GOODFIT_DATA"], "mnist_10k.npz"), seed=7)
    trainer.train(epochs=30)
    print(f"test score: {trainer.test():.4f}")
