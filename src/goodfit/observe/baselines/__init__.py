"""What simple learners make of the same rows, and what the model answers."""
