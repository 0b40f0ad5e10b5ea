"""Keras to facts, by noun: objects, data, baselines, training, script; probes per backend."""
