"""Classify sequences of tokens by topic with one block of self-attention."""

import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split

SEED = 0
keras.utils.set_random_seed(SEED)

VOCABULARY = 60
LENGTH = 20
TOPICS = 4


def sequences(count):
    """Sequences whose topic makes some tokens more frequent than others, and the topics."""
    generator = np.random.default_rng(13)
    frequencies = generator.dirichlet(np.full(VOCABULARY, 2.5), size=TOPICS)
    topics = generator.integers(TOPICS, size=count)
    rows = [generator.choice(VOCABULARY, size=LENGTH, p=frequencies[topic]) for topic in topics]
    return np.array(rows, dtype="int32"), topics


x_all, y_all = sequences(3000)
x_rest, x_test, y_rest, y_test = train_test_split(
    x_all, y_all, test_size=500, stratify=y_all, random_state=SEED
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=500, stratify=y_rest, random_state=SEED
)

tokens = layers.Input(shape=(LENGTH,), dtype="int32")
embedded = layers.Embedding(VOCABULARY, 16)(tokens)
attended = layers.MultiHeadAttention(num_heads=2, key_dim=8)(embedded, embedded)
joined = layers.Add()([embedded, attended])
normalised = layers.LayerNormalization()(joined)
pooled = layers.GlobalAveragePooling1D()(normalised)
hidden = layers.Dense(16, activation="relu")(pooled)
hidden = layers.Dropout(0.3)(hidden)
outputs = layers.Dense(TOPICS, activation="softmax")(hidden)
model = keras.Model(tokens, outputs)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
early_stopping = keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
history = model.fit(
    x_train,
    y_train,
    epochs=20,
    batch_size=64,
    validation_data=(x_val, y_val),
    callbacks=[early_stopping],
    verbose=2,
)


def accuracy(x, y):
    """Share of rows classified correctly; a row without finite outputs counts as wrong."""
    outputs = model.predict(x, verbose=0)
    finite = np.isfinite(outputs).all(axis=-1)
    return np.mean(finite & (np.argmax(outputs, axis=-1) == y))


print(f"validation score: {accuracy(x_val, y_val):.4f}")
print(f"test score: {accuracy(x_test, y_test):.4f}")
