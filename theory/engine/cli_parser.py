"""The parser of all commands: a mistake is told in one line, and numbers below zero are numbers."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

_NEGATIVE = re.compile(r"-(\.?\d|inf(inity)?$|nan$)", re.IGNORECASE)


class Parser(argparse.ArgumentParser):
    """A parser whose subparsers are of the same kind.

    It differs from `argparse.ArgumentParser` in four ways. A mistake is told in one line, which names the help of the
    command that was used. ``-1e5``, ``-.5`` and ``-inf`` are numbers, not options. ``--data=FILE`` is the same as
    ``--data FILE`` for an option that takes the rest of the line. What cannot be converted is called by its kind.

    Examples
    --------
    >>> parser = Parser(prog="demo")
    >>> _ = parser.add_argument("--low", type=float)
    >>> _ = parser.add_argument("--data", nargs=argparse.REMAINDER)
    >>> parser.parse_args(["--low", "-1e5", "--data=table.csv", "--size", "3"])
    Namespace(low=-100000.0, data=['table.csv', '--size', '3'])
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._negative_number_matcher = _NEGATIVE
        self.register("type", int, _whole)
        self.register("type", float, _number)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[argparse.Namespace, list[str]]:  # type: ignore[override]
        """Parse; what is left over is a mistake of this command, and told as such."""
        given = None if args is None else list(self._split(args))
        found, rest = super().parse_known_args(given, namespace)
        if rest:
            self.error(f"unknown option or argument: {' '.join(rest)}")
        return found, rest

    def _split(self, arguments: Sequence[str]) -> Iterator[str]:
        """Write ``--option=value`` as two where the option takes the rest of the line."""
        greedy = {name for name, action in self._option_string_actions.items() if action.nargs == argparse.REMAINDER}
        for place, argument in enumerate(arguments):
            name, joined, value = argument.partition("=")
            if name in greedy:
                yield from (name, value) if joined else (name,)
                yield from arguments[place + 1 :]
                return
            yield argument

    def error(self, message: str) -> NoReturn:
        """Tell a mistake in one line, with where the help is, and exit with status 2."""
        if message.endswith("expected one argument"):
            option = message.removeprefix("argument ").partition(":")[0]
            message += f" (a value that begins with - is written {option}=VALUE)"
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def filename(text: str) -> str:
    """Return the name of a file or folder, for ``type=`` of an option; an empty one is refused."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return text


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a whole number") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a number") from None
