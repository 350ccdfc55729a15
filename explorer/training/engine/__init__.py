"""One training run from the inside: recipe, network, loop, checkpoints, metrics.

It trains a spec on arrays and gives what it measures to a recorder; it knows no folders of runs.
TensorFlow is imported only by `network`, in the run's own process, and by `predict`, in a worker
process.
"""

from explorer.training.engine.errors import RecipeError, RunError
from explorer.training.engine.recipe import Recipe, recipe_names

__all__ = ["Recipe", "RecipeError", "RunError", "recipe_names"]
