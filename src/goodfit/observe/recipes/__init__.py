"""From a model and what `fit` was told to a recipe that trains the same again."""
