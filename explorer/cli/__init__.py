"""The command line: ``python -m explorer``, installed as ``resnext-explorer``."""

from explorer.cli.main import main

__all__ = ["main"]
