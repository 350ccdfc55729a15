"""Training runs: started in processes of their own, kept in folders, read as snapshots.

Importing this imports neither TensorFlow nor Streamlit.
"""

from explorer.training.data import Dataset, SourceInfo, load_dataset, open_source
from explorer.training.errors import DataError, RecipeError, RunError, TrainingError
from explorer.training.history import Epoch, Point
from explorer.training.hosting import Limits, check_owner, check_start, limits, save_upload
from explorer.training.pictures import BatchView, EpochView
from explorer.training.recipe import OPTIMIZERS, SCHEDULES, Recipe, recipe_names
from explorer.training.scheduler import check_fit, max_runs, resume, start, tick
from explorer.training.snapshot import ACTIVE, STATES, RunSnapshot
from explorer.training.store import RunStore, default_runs

__all__ = [
    "ACTIVE",
    "OPTIMIZERS",
    "SCHEDULES",
    "STATES",
    "BatchView",
    "DataError",
    "Dataset",
    "Epoch",
    "EpochView",
    "Limits",
    "Point",
    "Recipe",
    "RecipeError",
    "RunError",
    "RunSnapshot",
    "RunStore",
    "SourceInfo",
    "TrainingError",
    "check_fit",
    "check_owner",
    "check_start",
    "default_runs",
    "limits",
    "load_dataset",
    "max_runs",
    "open_source",
    "recipe_names",
    "resume",
    "save_upload",
    "start",
    "tick",
]
