"""The command line: ``python -m explorer``, installed as ``resnext-explorer``.

Each module adds commands to one parser and formats what other packages compute; `main` runs one
command and turns every error into an exit status. What only some commands need is imported when
they run, so that all start quickly.
"""

from explorer.cli.main import main

__all__ = ["main"]
