"""Spam or not: text messages, one in seven of them spam, some of them sent again and again.

Usage: python sms_spam.py [FOLDER]

FOLDER holds sms_spam.tsv.gz (`ham` or `spam`, a tab, the message); without it the folder named in
the environment's GOODFIT_DATA is used.
"""

import gzip
import os
import sys
from pathlib import Path

import keras
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("GOODFIT_DATA", "."))
path = folder / "sms_spam.tsv.gz"
if not path.exists():
    sys.exit(f"there is no {path}; name the folder with the messages")
with gzip.open(path, "rt", encoding="utf-8") as file:
    labels, messages = zip(*(line.rstrip("\n").split("\t", 1) for line in file), strict=True)
order = np.random.default_rng(0).permutation(len(messages))
messages = np.array(messages, dtype=object)[order]
y = (np.array(labels)[order] == "spam").astype("float32")

words = TfidfVectorizer(max_features=1000).fit(messages[:2500])
x = words.transform(messages).toarray().astype("float32")
x_train, y_train = x[:2500], y[:2500]
x_val, y_val = x[2500:], y[2500:]

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((x.shape[1],)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=20, verbose=2)
