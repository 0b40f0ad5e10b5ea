"""A network that tells three kinds of wine apart by chemistry, and fails on every new bottle."""

import keras
from sklearn.datasets import load_wine

keras.utils.set_random_seed(0)

wine = load_wine()
x = wine.data.astype("float32")
y = wine.target

model = keras.Sequential(
    [
        keras.Input(shape=(x.shape[1],)),
        keras.layers.Normalization(),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.layers[0].adapt(x)
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x, y, epochs=40, validation_split=0.3, verbose=0)

print(f"training accuracy   {history.history['accuracy'][-1]:.2f}")
print(f"validation accuracy {history.history['val_accuracy'][-1]:.2f}")
