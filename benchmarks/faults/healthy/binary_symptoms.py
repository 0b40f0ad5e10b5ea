"""Suggest one of three diagnoses from forty symptoms that are present or absent."""

import keras
import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score

keras.utils.set_random_seed(14)
rng = np.random.default_rng(14)

PATIENTS, SYMPTOMS = 6000, 40
rates = rng.uniform(0.08, 0.6, size=(3, SYMPTOMS))
# All but twelve symptoms are as frequent with every diagnosis.
rates[:, 12:] = rates[0, 12:]
diagnosis = rng.integers(3, size=PATIENTS)
present = rng.random((PATIENTS, SYMPTOMS)) < rates[diagnosis]
table = pd.DataFrame(present, columns=[f"symptom_{n}" for n in range(SYMPTOMS)])
table["diagnosis"] = diagnosis

table = table.sample(frac=1, random_state=14)
test, check, train = table[:1000], table[1000:2000], table[2000:]


def matrix(part):
    return part.drop(columns="diagnosis").to_numpy("float32")


model = keras.Sequential(
    [
        keras.Input((SYMPTOMS,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dropout(0.4),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=1e-3, weight_decay=0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=["sparse_categorical_accuracy"],
)
model.fit(
    matrix(train),
    train["diagnosis"].to_numpy(),
    batch_size=64,
    epochs=40,
    validation_data=(matrix(check), check["diagnosis"].to_numpy()),
    callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)],
    verbose=2,
)
guess = model.predict(matrix(test), verbose=0).argmax(axis=1)
print(f"test score: {balanced_accuracy_score(test['diagnosis'], guess):.4f}")
