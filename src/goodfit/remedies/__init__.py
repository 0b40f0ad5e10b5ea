"""Recipe to recipe: one cure per file. None is built yet."""
