"""Edits of a source that crashes, by what of it is edited: calls, layers, or what fit is given."""
