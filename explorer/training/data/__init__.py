"""Images to train on: where they may come from, and how they become arrays."""

from explorer.training.data.dataset import Dataset, load_dataset
from explorer.training.data.sources import SourceInfo, open_source

__all__ = ["Dataset", "SourceInfo", "load_dataset", "open_source"]
