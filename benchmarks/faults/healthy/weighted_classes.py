"""Sort rows into four classes of very unequal size, with class weights."""

import keras
import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler
from sklearn.utils.class_weight import compute_class_weight

keras.utils.set_random_seed(31)

x, kind = make_classification(
    n_samples=8000,
    n_features=10,
    n_informative=8,
    n_redundant=0,
    n_classes=4,
    n_clusters_per_class=1,
    weights=[0.5, 0.25, 0.15, 0.1],
    class_sep=1.3,
    flip_y=0.01,
    random_state=31,
)
x, x_test, kind, kind_test = train_test_split(
    x, kind, test_size=1500, stratify=kind, random_state=31
)
x, x_check, kind, kind_check = train_test_split(
    x, kind, test_size=1500, stratify=kind, random_state=31
)
prepare = make_pipeline(PowerTransformer(), StandardScaler()).fit(x)
balance = compute_class_weight("balanced", classes=np.unique(kind), y=kind)

net = keras.Sequential(
    [
        keras.layers.Input((10,)),
        keras.layers.Dense(32),
        keras.layers.BatchNormalization(),
        keras.layers.Activation("relu"),
        keras.layers.Dense(16),
        keras.layers.BatchNormalization(),
        keras.layers.Activation("relu"),
        keras.layers.Dense(4, activation="softmax"),
    ]
)
net.compile(
    optimizer=keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)  # fmt: skip
net.fit(
    prepare.transform(x),
    kind,
    class_weight=dict(enumerate(balance)),
    batch_size=64,
    epochs=40,
    validation_data=(prepare.transform(x_check), kind_check),
    callbacks=[keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)],
    verbose=2,
)
guess = net.predict(prepare.transform(x_test), verbose=0).argmax(axis=1)
print(f"test score: {balanced_accuracy_score(kind_test, guess):.4f}")
