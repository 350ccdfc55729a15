"""The map: a network as nested boxes that a person walks through, drawn by our own JavaScript.

`explorer.map.data` makes plain data of graphs, ``static/`` draws it, `explorer.map.export` and
`explorer.map.model_explorer` write it as files; `explorer.views.map_component` shows it in
the app.
"""
