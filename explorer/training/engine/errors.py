"""Errors of training runs; each message is a sentence for a person."""

from resnext.errors import InputError, UserError


class RecipeError(InputError):
    """A recipe breaks a rule; the message states the rule and the value received."""


class RunError(UserError):
    """A run that is not there, or cannot do what was asked in its present state."""


class TimeUp(RunError):
    """A run has trained for as long as a host allows."""


class NotANumber(UserError):
    """The loss became NaN or infinite; the message says where."""
