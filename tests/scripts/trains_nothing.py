"""A script without Keras; with an argument it never ends."""

import sys

print("no network here")
while len(sys.argv) > 1:
    pass
