"""How a trial is trained: Keras' own fit, in this process or in others."""
