"""What a network costs to run, and which network a budget buys.

`memory` follows the peak of memory through a step, by the rules of `rules`; `search` finds the
networks of a grid that a budget allows, whose figures `blocks` computes once for equal blocks.
"""
