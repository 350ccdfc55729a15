"""The errors of training, each a sentence that a person can act on."""


class TrainingError(Exception):
    """Something about a run that the person who asked for it can put right."""


class RecipeError(TrainingError, ValueError):
    """A recipe breaks a rule; the message states the rule and the value received."""


class DataError(TrainingError):
    """Data that is missing, damaged, hostile or does not fit the network."""


class RunError(TrainingError):
    """A run that is not there, or that cannot do what was asked in its present state."""


class TimeUp(RunError):
    """A run has trained for as long as a host allows."""


class NotANumber(TrainingError):
    """The loss stopped being a number; the message says where."""
