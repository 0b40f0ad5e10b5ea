"""From two sources of features, predict a customer's group and what it spends."""

import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 0
keras.utils.set_random_seed(SEED)

# Six columns describe the customer, the next eight its use of the service.
generator = np.random.default_rng(5)
x_all = generator.normal(size=(8000, 14)) * generator.uniform(0.5, 4.0, size=14)
z = x_all / x_all.std(axis=0)
scores = np.stack([z[:, 0] + z[:, 6], z[:, 1] * z[:, 7], z[:, 2] - z[:, 8]], axis=1)
group = np.argmax(scores + generator.normal(0.0, 0.2, size=scores.shape), axis=1)
spending = z[:, 3] + np.maximum(z[:, 9], 0) * z[:, 4] + 0.5 * z[:, 10]
spending = (spending + generator.normal(0.0, 0.3, size=8000)) / spending.std()
y_all = np.stack([group, spending], axis=1)

x_rest, x_test, y_rest, y_test = train_test_split(
    x_all, y_all, test_size=1000, stratify=group, random_state=SEED
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=1000, stratify=y_rest[:, 0], random_state=SEED
)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_val = scaler.transform(x_val)
x_test = scaler.transform(x_test)


def sources(x):
    """The columns as the model's two inputs."""
    return {"customer": x[:, :6], "usage": x[:, 6:]}


def targets(y):
    """The columns as the model's two outputs."""
    return {"group": y[:, 0].astype("int32"), "spending": y[:, 1:]}


customer = layers.Input(shape=(6,), name="customer")
usage = layers.Input(shape=(8,), name="usage")
customer_features = layers.Dense(32, activation="relu")(customer)
usage_features = layers.Dense(32, activation="relu")(usage)
joined = layers.Concatenate()([customer_features, usage_features])
hidden = layers.Dense(64, activation="relu")(joined)
hidden = layers.Dropout(0.2)(hidden)
group_output = layers.Dense(3, activation="softmax", name="group")(hidden)
spending_output = layers.Dense(1, name="spending")(hidden)
model = keras.Model(
    inputs={"customer": customer, "usage": usage},
    outputs={"group": group_output, "spending": spending_output},
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.002),
    loss={"group": "sparse_categorical_crossentropy", "spending": "mse"},
    metrics={"group": ["accuracy"], "spending": ["mae"]},
)
early_stopping = keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)
history = model.fit(
    sources(x_train),
    targets(y_train),
    epochs=50,
    batch_size=64,
    validation_data=(sources(x_val), targets(y_val)),
    callbacks=[early_stopping],
    verbose=2,
)


def score(x, y):
    """Mean of the groups' accuracy and of R squared, which is at least -1."""
    outputs = model.predict(sources(x), verbose=0)
    finite = np.isfinite(outputs["group"]).all(axis=-1)
    accuracy = np.mean(finite & (np.argmax(outputs["group"], axis=-1) == y[:, 0]))
    value = outputs["spending"].reshape(len(y), -1)[:, 0].astype("float64")
    error = np.sum((y[:, 1] - value) ** 2) / np.sum((y[:, 1] - y[:, 1].mean()) ** 2)
    return (accuracy + (max(-1.0, 1.0 - error) if np.isfinite(error) else -1.0)) / 2


print(f"validation score: {score(x_val, y_val):.4f}")
print(f"test score: {score(x_test, y_test):.4f}")
