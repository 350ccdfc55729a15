"""What a network costs and sees: reports, counting conventions, comparisons, tables.

A report has a row for each layer, block and stage. Everything here is computed from a graph in
milliseconds, without TensorFlow; values become text in `explorer.formatting`.
"""
