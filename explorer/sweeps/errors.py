"""The error of sweeps."""

from resnext.errors import UserError


class SweepError(UserError):
    """A sweep that cannot be planned, found, read or changed; the message says why."""
