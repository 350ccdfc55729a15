"""What every room needs to do work safely.

Here are the files that survive a crash, the processes that are started and ended, and the cleaning
of text that other people wrote. Nothing here knows what a network or a run is.
"""
