"""Training images changed at random, quickly and on every backend: `goodfit.AugmentedImages`."""
