"""The one error that a command line turns into a message and exit status 2."""

from __future__ import annotations


class BadInput(ValueError):
    """What the user gave cannot be used; the message says what was given and what is allowed.

    Examples
    --------
    >>> raise BadInput("tau is -1; allowed: tau >= 0")
    Traceback (most recent call last):
    ...
    theory.engine.errors.BadInput: tau is -1; allowed: tau >= 0
    """
