"""What the command line itself finds wrong."""


class UsageError(Exception):
    """Arguments that do not go together; the message says what is allowed."""
