"""Recipes over seeds to results. Not built yet."""
