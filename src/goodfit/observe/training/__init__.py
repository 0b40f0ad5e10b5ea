"""A running fit to facts: the callback, its samples, and what is worked out afterwards."""
