"""Make each claim a test: ``pytest --lossproof [--lossproof-select PATTERN]``.

The plugin is loaded by every pytest where lossproof is installed, and does nothing unless asked: nothing of
the engine is imported before the option is seen. A claim's node id is its id; ``-k`` and ``-n`` work as for
other tests. Claims that are decided by sampling must keep the error budget of a run together: if what they declare
exceeds it, the session fails, though each of them passes.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

_CHANCE = "error_probability:"  # of the names of a test's properties; a claim's id follows

if TYPE_CHECKING:
    from theory.engine.discovery import Broken, Collection


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options."""
    group = parser.getgroup("lossproof", "claims of lossproof as tests")
    group.addoption("--lossproof", action="store_true", help="decide every installed claim as a test")
    group.addoption(
        "--lossproof-select",
        action="append",
        default=[],
        metavar="PATTERN",
        help="with --lossproof: only these claims (id, glob, paper key, package or topic); may be repeated",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Watch the error budget where claims are tests."""
    if config.getoption("--lossproof"):
        config.pluginmanager.register(ErrorBudget(), "lossproof-error-budget")


@pytest.hookimpl(hookwrapper=True)  # the old kind of wrapper: this runs under whatever pytest is installed
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, None]:
    """Add the claims to what the session collects."""
    outcome = yield
    if isinstance(collector, pytest.Session) and collector.config.getoption("--lossproof"):
        patterns = collector.config.getoption("--lossproof-select")
        outcome.get_result().result.append(Claims.from_parent(collector, name="lossproof", patterns=patterns))


class Claims(pytest.Collector):
    """The claims that the patterns select, as tests."""

    def __init__(self, *, patterns: list[str], **node: Any) -> None:
        from theory.engine.discovery import collect
        from theory.engine.errors import BadInput
        from theory.engine.verify import select

        super().__init__(**node)
        self._collection = collect()
        try:
            self._chosen = select(self._collection, patterns)
        except BadInput as error:
            raise pytest.UsageError(f"--lossproof-select: {error}") from error

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test a claim, and a failing one for each thing that could not be used."""
        for name in self._chosen:
            yield ClaimItem.from_parent(self, name=name, nodeid=name, collection=self._collection)
        for fault in self._collection.broken:
            name = f"broken:{fault.entry}"
            yield BrokenItem.from_parent(self, name=name, nodeid=name, fault=fault)


class WrongVerdict(Exception):
    """A claim was not decided as on record; the text says how."""


class ClaimItem(pytest.Item):
    """A test that passes if a claim and its controls are decided as on record."""

    def __init__(self, *, collection: Collection, **item: Any) -> None:
        super().__init__(**item)
        self._collection = collection

    def runtest(self) -> None:
        """Decide the claim in a worker, which keeps its time limit."""
        from theory.engine.report.json_report import document
        from theory.engine.report.table import remark
        from theory.engine.verify import verify

        report = verify([self.name], jobs=1, collection=self._collection)
        self.user_properties += [
            (f"{_CHANCE}{entry.claim.id}", entry.verdict.error_probability)
            for entry in report.entries
            if entry.verdict.error_probability
        ]
        (item,) = (item for item in document(report)["claims"] if item["id"] == self.name)
        verdict = item["verdict"]
        self.user_properties.append(("evidence", verdict["evidence"]))
        if not verdict["as_recorded"]:
            lines = [
                f"{self.name} is {verdict['evidence']}: {remark(item)}",
                f"  says    {item['says']}",
                f"  scope   {verdict['scope']}",
                f"  source  {item['paper']}, {item['where']}",
            ]
            raise WrongVerdict("\n".join(lines))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what differs instead of a traceback into the engine."""
        if isinstance(excinfo.value, WrongVerdict):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, int | None, str]:
        """Point to the function that makes the claim."""
        code = getattr(self._collection.claims[self.name].build, "__code__", None)
        if code is None:
            return self._collection.modules[self.name], None, f"claim {self.name}"
        return code.co_filename, code.co_firstlineno - 1, f"claim {self.name}"


class ErrorBudget:
    """Adds up, from the reports of tests (also of workers), what claims and their premises declare to err by chance."""

    def __init__(self) -> None:
        self._declared: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test declares; a claim that several rest on counts once."""
        chances = {key: value for key, value in report.user_properties if key.startswith(_CHANCE)}
        self._declared |= {key: float(str(value)) for key, value in chances.items()}

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a session that is over the budget."""
        if self._message() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say so."""
        if self._message():
            terminalreporter.write_line(self._message(), red=True)

    def _message(self) -> str:
        """Return what is wrong, or nothing."""
        from theory.engine.verify import exceeds_budget

        total = math.fsum(self._declared.values())
        over = f"the claims may err by chance with probability {total:.2g}, more than a run's error budget"
        return over if exceeds_budget(total) else ""


class BrokenItem(pytest.Item):
    """A test that fails: something that should define claims cannot be used."""

    def __init__(self, *, fault: Broken, **item: Any) -> None:
        super().__init__(**item)
        self._fault = fault

    def runtest(self) -> None:
        """Fail with the reason."""
        raise WrongVerdict(f"{self._fault.entry} is broken: {self._fault.reason}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """Show the reason alone."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[str, None, str]:
        """Name the entry point."""
        return self._fault.entry, None, self.name
