"""The door to studies: `goodfit.experiment`, and the processes that train their trials.

Nothing is imported here: a worker starts with this package.
"""
