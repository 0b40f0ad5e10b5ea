"""Rows to facts: statistics, kinds, duplicates, what both sets share."""
