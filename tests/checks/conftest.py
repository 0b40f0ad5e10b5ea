"""Puts this folder on the path, as pytest does for a conftest: tests below find `literals`."""
