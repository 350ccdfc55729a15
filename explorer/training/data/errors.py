"""What can go wrong in this room, each a sentence that a person can act on."""

from resnext.errors import UserError


class DataError(UserError):
    """Data that is missing, damaged, hostile or does not fit the network."""
