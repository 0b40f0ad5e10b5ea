"""A regression in which noise leaves about a third of the variance to be explained."""

import keras
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(5)

x, y = make_friedman1(n_samples=8000, n_features=8, noise=7.0, random_state=5)
x = 2 * x - 1
train_x, rest_x, train_y, rest_y = train_test_split(x, y, test_size=0.4, random_state=5)
check_x, test_x, check_y, test_y = train_test_split(rest_x, rest_y, test_size=0.5, random_state=5)
shift, scale = train_y.mean(), train_y.std()

regulariser = keras.regularizers.L2(1e-3)
net = keras.Sequential(
    [
        keras.Input((8,)),
        keras.layers.Dense(24, activation="tanh", kernel_regularizer=regulariser),
        keras.layers.Dense(1),
    ],
    name="small",
)
net.compile(
    optimizer=keras.optimizers.Adam(0.003),
    loss="mean_squared_error",
    metrics=[keras.metrics.R2Score(name="r2")],
)
net.fit(
    train_x,
    ((train_y - shift) / scale)[:, None],
    validation_data=(check_x, ((check_y - shift) / scale)[:, None]),
    epochs=60,
    batch_size=64,
    callbacks=[keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)],
    verbose=2,
)
_, r2 = net.evaluate(test_x, ((test_y - shift) / scale)[:, None], verbose=0)
print(f"test score: {r2:.4f}")
