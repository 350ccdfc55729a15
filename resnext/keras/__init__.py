"""From descriptions to Keras: the builder, and faster ways for layers that Keras computes slowly.

Here is everything of the core that imports Keras and its backend. `builder` makes models of Keras's
own layers, `layers` makes these faster, loads files, and registers the layers of older ones.
"""
