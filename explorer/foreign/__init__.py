"""Models that other programs wrote, read as data: nothing in a file is executed.

A Keras config becomes a graph like ours. A layer that is not known here stays in the graph, marked
unknown, and is reported as not counted.
"""
