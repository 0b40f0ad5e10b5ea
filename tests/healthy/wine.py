"""Wine, standardised: a small network for a fixed number of epochs."""

import keras
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

x, y = load_wine(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.3, stratify=y, random_state=0)
scaler = StandardScaler().fit(x_train)

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((13,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(0.005),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(
    scaler.transform(x_train),
    y_train,
    epochs=40,
    batch_size=16,
    validation_data=(scaler.transform(x_val), y_val),
    verbose=2,
)
