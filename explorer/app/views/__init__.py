"""The pages: each reads state, calls cached functions and draws.

A page is a module, or a package, with a function `render`; the entry script lists them. What they
show is computed in other packages.
"""
