"""Grade wines on an ordered scale with one output for each step of the scale."""
# needs: data

import os

import keras
import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import QuantileTransformer

keras.utils.set_random_seed(12)

wines = pd.read_csv(os.path.join(os.environ["GOODFIT_DATA"], "wine_quality_red.csv"))
wines = wines.drop_duplicates()
# Grades 3 and 4, and 7 and 8, are too rare to stand alone.
grade = wines.pop("quality").clip(4, 7).to_numpy() - 4
x_rest, x_test, g_rest, g_test = train_test_split(
    wines.to_numpy(), grade, test_size=300, stratify=grade, random_state=12
)
x_fit, x_check, g_fit, g_check = train_test_split(
    x_rest, g_rest, test_size=300, stratify=g_rest, random_state=12
)
ranks = QuantileTransformer(n_quantiles=200, output_distribution="normal").fit(x_fit)


def inputs(x):
    """Every feature as a normal score, with the ends drawn in."""
    return np.clip(ranks.transform(x), -3, 3).astype("float32")


def steps(grades):
    """Whether each wine is better than grade 0, than grade 1 and than grade 2."""
    return (grades[:, None] > np.arange(3)).astype("float32")


model = keras.Sequential(
    [
        keras.Input((wines.shape[1],)),
        keras.layers.Dense(16, activation="tanh", kernel_regularizer="l2"),
        keras.layers.Dense(3, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(0.003), loss="binary_crossentropy", metrics=["binary_accuracy"]
)
model.fit(
    inputs(x_fit),
    steps(g_fit),
    validation_data=(inputs(x_check), steps(g_check)),
    epochs=120,
    batch_size=32,
    callbacks=[keras.callbacks.EarlyStopping(patience=15, restore_best_weights=True)],
    verbose=2,
)
guess = (model.predict(inputs(x_test), verbose=0) > 0.5).sum(axis=1)
print(f"test score: {cohen_kappa_score(g_test, guess, weights='quadratic'):.4f}")
