"""Parts that several pages share: the map, widgets kept in the URL, downloads, the build panel.

A component draws what it is given and returns what a person chose. It may ask `explorer.app.state`
for the visitor and the address; it knows no page.
"""
