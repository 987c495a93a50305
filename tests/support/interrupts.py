"""Processes that can be interrupted, whoever started the tests."""

import signal
import subprocess


def interruptible(arguments, **options):
    """Start a process that hears Ctrl-C: what a script starts in its background inherits to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # handlers go back to the default over exec
    try:
        return subprocess.Popen(arguments, **options)
    finally:
        signal.signal(signal.SIGINT, before)
