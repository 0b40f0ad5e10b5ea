"""Diagnose tumours; the score is the mean over three folds."""

import keras
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

x, y = load_breast_cancer(return_X_y=True)
scores = []
for fold, (train, held_out) in enumerate(
    StratifiedKFold(3, shuffle=True, random_state=0).split(x, y)
):
    keras.utils.set_random_seed(fold)
    scaler = StandardScaler().fit(x[train])
    model = keras.Sequential(
        [
            keras.Input((30,)),
            keras.layers.Dense(
                8, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)
            ),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy", metrics=["accuracy"]
    )
    # A fixed number of epochs: the held-out fold chooses nothing.
    model.fit(
        scaler.transform(x[train]),
        y[train],
        epochs=40,
        batch_size=32,
        validation_data=(scaler.transform(x[held_out]), y[held_out]),
        verbose=2,
    )
    scores.append(model.evaluate(scaler.transform(x[held_out]), y[held_out], verbose=0)[1])
    keras.utils.clear_session()

print("folds:", " ".join(f"{score:.3f}" for score in scores))
print(f"test score: {np.mean(scores):.4f}")
