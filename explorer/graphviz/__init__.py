"""The graph as Graphviz draws it.

`collapsed_graph` folds a network to stages, blocks or layers; `dot` writes that as DOT and renders
it where Graphviz is installed. `columns` sets a tall picture in columns that fit a page.
"""
