"""Images to train on: where they come from, and how they become arrays.

A source is a word, an archive, a folder or a zip; it is opened without decoding and loaded as one
`Dataset`. Everything that reads a file of someone else's belongs here, with the limits that are
checked first.
"""

from explorer.training.data.dataset import Dataset, load_dataset
from explorer.training.data.errors import DataError
from explorer.training.data.sources import SourceInfo, open_source

__all__ = ["DataError", "Dataset", "SourceInfo", "load_dataset", "open_source"]
