"""What the URL and the session remember: the network, the selection, the visitor.

The address wins when a page opens, a person's choice wins from then on. What all sessions share,
such as analyses, is bounded by its size.
"""
