"""Edits of the user's source, one file for each part of a training script."""
