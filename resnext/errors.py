"""The base of all errors whose message is a sentence for the user."""


class UserError(Exception):
    """An error that the user can correct.

    The message says what is wrong in a sentence; if a rule is broken, it states the rule and the
    value received. Every other exception that a user sees is a bug of this program.
    """


class InputError(UserError, ValueError):
    """A value that breaks a rule; the message states both."""


class SpecError(InputError):
    """A field of a spec, or an argument of a network function, that breaks a rule."""
