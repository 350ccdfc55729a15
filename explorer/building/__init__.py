"""Building the Keras model of a spec in a separate process.

The caller starts a build and polls; TensorFlow is imported only in the worker. The result lists
our graph and the Keras model layer by layer.
"""
