"""The map: a network as nested boxes that a person walks through, drawn by our own JavaScript.

`data` makes plain data of graphs, ``frontend/`` draws it, and `export` and `model_explorer` write
it as files. Words, colours and kinds of layers are typed in Python and sent in the data; the
JavaScript knows none. `explorer.app.components.map_component` shows it in the app.
"""
