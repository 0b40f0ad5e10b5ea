"""Breast cancer, standardised: one probability, L2, early stopping."""

import keras
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

x, y = load_breast_cancer(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.3, stratify=y, random_state=0)
scaler = StandardScaler().fit(x_train)

keras.utils.set_random_seed(0)
l2 = keras.regularizers.L2(0.001)
model = keras.Sequential(
    [
        keras.Input((30,)),
        keras.layers.Dense(16, activation="relu", kernel_regularizer=l2),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(
    scaler.transform(x_train),
    y_train,
    epochs=60,
    validation_data=(scaler.transform(x_val), y_val),
    callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)],
    verbose=2,
)
