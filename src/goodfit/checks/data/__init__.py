"""Checks of the rows, the targets and the split."""
