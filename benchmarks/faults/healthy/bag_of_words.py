"""Filter spam from the words a message contains, with a linear model and an L2 penalty."""
# needs: data

import os
from pathlib import Path

import keras
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split


def read_messages(folder):
    """Distinct messages, with 1 for spam and 0 for the rest."""
    table = pd.read_csv(
        Path(folder) / "sms_spam.tsv.gz", sep="\t", header=None, names=["kind", "text"], quoting=3
    )
    table = table.drop_duplicates("text")
    return table["text"], (table["kind"] == "spam").astype("float32")


def main():
    keras.utils.set_random_seed(2)
    text, spam = read_messages(os.environ["GOODFIT_DATA"])
    text_train, text_test, y_train, y_test = train_test_split(
        text, spam, test_size=1200, stratify=spam, random_state=2
    )
    text_train, text_check, y_train, y_check = train_test_split(
        text_train, y_train, test_size=1000, stratify=y_train, random_state=2
    )
    words = CountVectorizer(binary=True, min_df=5, max_features=800).fit(text_train)

    def encode(text):
        return words.transform(text).toarray().astype("float32")

    model = keras.Sequential(
        [
            keras.Input((len(words.vocabulary_),)),
            keras.layers.Dense(
                1, activation="sigmoid", kernel_regularizer=keras.regularizers.L2(1e-3)
            ),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=[keras.metrics.AUC(curve="PR", name="precision_recall")],
    )
    model.fit(
        encode(text_train),
        y_train.to_numpy(),
        batch_size=64,
        epochs=30,
        validation_data=(encode(text_check), y_check.to_numpy()),
        callbacks=[keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)],
        verbose=2,
    )
    risk = model.predict(encode(text_test), verbose=0)[:, 0]
    print(f"test score: {roc_auc_score(y_test, risk):.4f}")


if __name__ == "__main__":
    main()
