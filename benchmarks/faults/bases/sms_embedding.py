"""Recognise spam among text messages by averaging word embeddings."""
# needs: data, tensorflow

import os

import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

SEED = 0
keras.utils.set_random_seed(SEED)

messages = pd.read_csv(
    os.path.join(os.environ["GOODFIT_DATA"], "sms_spam.tsv.gz"),
    sep="\t",
    names=["label", "text"],
    quoting=3,
)
messages = messages.drop_duplicates("text")
# A message without a word would leave nothing to average.
messages = messages[messages["text"].str.contains("[A-Za-z0-9]")]
texts = messages["text"].to_numpy(dtype=str)
labels = (messages["label"] == "spam").to_numpy(dtype="int32")

x_rest, x_test, y_rest, y_test = train_test_split(
    texts, labels, test_size=1000, stratify=labels, random_state=SEED
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=1000, stratify=y_rest, random_state=SEED
)

# The vocabulary comes from the training messages alone.
vectorizer = layers.TextVectorization(max_tokens=1000, output_sequence_length=40)
vectorizer.adapt(x_train)
x_train = keras.ops.convert_to_numpy(vectorizer(x_train))
x_val = keras.ops.convert_to_numpy(vectorizer(x_val))
x_test = keras.ops.convert_to_numpy(vectorizer(x_test))

weights = compute_class_weight("balanced", classes=np.array([0, 1]), y=y_train)

model = keras.Sequential(
    [
        layers.Input(shape=(40,), dtype="int32"),
        layers.Embedding(1000, 16, mask_zero=True),
        layers.GlobalAveragePooling1D(),
        layers.Dense(16, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.002),
    loss="binary_crossentropy",
    metrics=["accuracy", keras.metrics.AUC(name="auc")],
)
early_stopping = keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=30,
    batch_size=64,
    validation_data=(x_val, y_val),
    class_weight={0: weights[0], 1: weights[1]},
    callbacks=[early_stopping],
    verbose=2,
)


def balanced_accuracy(x, y):
    """Mean recall of the two classes; a row without a finite output counts as wrong."""
    outputs = model.predict(x, verbose=0).reshape(len(y), -1)[:, -1]
    finite = np.isfinite(outputs)
    is_probability = np.all((outputs[finite] >= 0) & (outputs[finite] <= 1))
    predicted = outputs > (0.5 if is_probability else 0.0)
    right = finite & (predicted == y)
    return np.mean([right[y == 0].mean(), right[y == 1].mean()])


print(f"validation score: {balanced_accuracy(x_val, y_val):.4f}")
print(f"test score: {balanced_accuracy(x_test, y_test):.4f}")
