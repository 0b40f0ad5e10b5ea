"""Shows all that a script can see of how it is run, and trains a little."""

import atexit
import os
import sys
import threading
import warnings

import keras
import numpy as np

LATER = threading.Event()


def late() -> None:
    LATER.wait()
    print("a thread that outlives the main one")


if __name__ == "__main__":
    print(__name__, __file__, sys.argv, os.getcwd(), sys.path[0], __spec__, __doc__)
    print(sorted(globals()))
    print(sys.stdin.read())
    with open("numbers.txt") as file:
        scale = float(file.read())
    warnings.warn("shown as ever", stacklevel=1)
    atexit.register(print, "at exit")
    threading.Thread(target=late).start()

    keras.utils.set_random_seed(1)
    x = np.random.normal(size=(64, 3)).astype("float32")
    y = scale * x.sum(axis=1)
    model = keras.Sequential([keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="adam")
    history = model.fit(x, y, epochs=3, batch_size=16, validation_split=0.25, verbose=0)
    print(history.history, np.random.random(), keras.random.uniform((2,)))
    print([weight.tolist() for weight in model.get_weights()])
    sys.stdout.flush()
    sys.stdout.buffer.write(b"not text: \xff\xfe\x00\n")
    LATER.set()
