"""Keras objects to facts: the model, its settings, and the lines that made them."""
