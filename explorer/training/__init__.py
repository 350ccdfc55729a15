"""Training networks on images.

`data` turns sources of images into arrays, `engine` is one run from the inside, and `runs` is all
runs as folders. `data` and `engine` do not know each other; `runs` joins them.
"""
