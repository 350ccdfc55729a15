"""Sweeps: many networks at one cost, each trained with several seeds.

A sweep is a plan (`plan`), a JSON file next to the runs, and a list of run folders. `design`
chooses the networks and their widths, `control` starts and stops their runs, `results` reads what
came out, and `charts`, `text` and `html` show it. A run of a sweep is a run like any other.
"""
