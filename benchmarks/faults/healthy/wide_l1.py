"""Find the few useful ones among 500 features with an L1 penalty on the first layer."""

import keras
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

SEED = 21


def load():
    """Four thousand rows of which twelve of 500 columns matter."""
    x, y = make_classification(
        n_samples=6000,
        n_features=500,
        n_informative=12,
        n_redundant=0,
        n_clusters_per_class=1,
        class_sep=0.7,
        flip_y=0.02,
        random_state=SEED,
    )
    x = x.astype("float32")
    x, x_test, y, y_test = train_test_split(x, y, test_size=1000, stratify=y, random_state=1)
    x, x_val, y, y_val = train_test_split(x, y, test_size=1000, stratify=y, random_state=1)
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    return [((part - mean) / deviation, label) for part, label in
            [(x, y), (x_val, y_val), (x_test, y_test)]]  # fmt: skip


def sparse_net(width):
    """A network whose first layer pays for every weight it uses."""
    return keras.Sequential(
        [
            keras.Input((width,)),
            keras.layers.Dense(
                8, activation="relu", kernel_regularizer=keras.regularizers.L1(6e-3)
            ),
            keras.layers.Dense(1),
        ]
    )


keras.utils.set_random_seed(SEED)
train, check, test = load()
net = sparse_net(500)
net.compile(
    optimizer=keras.optimizers.Adam(2e-3),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
net.fit(
    *train,
    batch_size=64,
    epochs=50,
    validation_data=check,
    callbacks=[keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)],
    verbose=2,
)
print(f"test score: {net.evaluate(*test, verbose=0)[1]:.4f}")
