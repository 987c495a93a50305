"""Select claims, decide them and what they rest on, and weaken verdicts that rest on weaker ones.

>>> from theory.engine.verify import verify
>>> report = verify(["comp_sum"])  # doctest: +SKIP
>>> report.ok  # doctest: +SKIP
True
"""

from __future__ import annotations

import difflib
import fnmatch
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from theory.engine.claim import Claim
from theory.engine.discovery import Broken, Collection, collect
from theory.engine.errors import BadInput
from theory.engine.evidence import Evidence
from theory.engine.verdict import Verdict
from theory.engine.workers import Decided, Options, Task, decide_all

ERROR_BUDGET = 1e-3  # total probability, in a run, of a verdict or a control that is wrong by chance
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Entry:
    """A claim with its verdict; ``selected`` is False if it was decided only because another rests on it."""

    claim: Claim
    module: str
    verdict: Verdict
    note: str = ""
    selected: bool = True


@dataclass(frozen=True)
class Report:
    """The outcome of a run.

    Attributes
    ----------
    entries
        One for each claim, in the order of the collection.
    broken
        Entry points, modules and claims that could not be used.
    selection
        The patterns that were asked for; empty means all claims.
    seconds
        Wall-clock time.
    """

    entries: tuple[Entry, ...]
    broken: tuple[Broken, ...]
    selection: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether all verdicts and controls are as on record, nothing is broken and the error budget is kept."""
        return not self.broken and self.within_budget and all(entry.verdict.as_recorded for entry in self.entries)

    @property
    def error_probability(self) -> float:
        """Bound on the probability that any verdict or control is wrong by chance: the sum of what was declared."""
        return math.fsum(entry.verdict.error_probability for entry in self.entries)

    @property
    def within_budget(self) -> bool:
        """Whether that is at most `ERROR_BUDGET`."""
        return not exceeds_budget(self.error_probability)

    def _title(self) -> str:
        count = f"{len(self.entries)} claim{'s' * (len(self.entries) != 1)}"
        return f"{count}, {'all as on record' if self.ok else 'NOT all as on record'}"

    def __repr__(self) -> str:
        return f"<report on {self._title()}>"

    def _repr_html_(self) -> str:
        from theory.engine.shown import table

        verdicts = [(entry.claim.id, entry.verdict) for entry in self.entries]
        rows = [
            (name, found.evidence.value, found.as_recorded, found.reason or found.summary) for name, found in verdicts
        ]
        rows += [(item.entry, "broken", False, item.reason) for item in self.broken]
        return table(
            rows, caption=self._title(), head=("claim", "evidence", "as on record", "certificate, witness or reason")
        )


def exceeds_budget(error_probability: float) -> bool:
    """Whether a sum of declared error probabilities is more than a run may have; rounding aside."""
    return not error_probability <= ERROR_BUDGET * (1.0 + _ROUNDING)


@dataclass(frozen=True)
class Progress:
    """What a listener is told: ``verdict`` is None when a claim merely came to its next step."""

    done: int
    total: int
    claim: str
    step: str = ""
    verdict: Verdict | None = None


def select(collection: Collection, patterns: Iterable[str]) -> list[str]:
    """Return ids of the claims that any pattern names, in the collection's order; all for no pattern.

    Parameters
    ----------
    collection
        What there is.
    patterns
        Claim ids, globs over ids (``comp_sum.*``), paper keys, or packages that claims are in (``classification``) or
        topics that they are registered under (``mixtures``); what is both package and topic means either.

    Raises
    ------
    BadInput
        If a pattern names nothing; the message gives the nearest names.
    """
    wanted: set[str] = set()
    patterns = list(patterns)
    papers = {claim.paper for claim in collection.claims.values()}
    packages = {
        name: {*module.split(".")[:-1], *collection.topics.get(module, ())}
        for name, module in collection.modules.items()
    }
    for pattern in patterns:
        if pattern in papers:
            named = {name for name, claim in collection.claims.items() if claim.paper == pattern}
        elif any(pattern in parts for parts in packages.values()):
            named = {name for name, parts in packages.items() if pattern in parts}
        else:
            named = set(fnmatch.filter(collection.claims, pattern))
        if not named:
            hint = nearest(pattern, [*collection.claims, *papers, *set().union(*packages.values())])
            raise BadInput(f"no claim, paper, package or topic is called {pattern!r}{hint}")
        wanted |= named
    return [name for name in collection.claims if name in wanted or not patterns]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message that gives the known names nearest to a mistaken one.

    >>> nearest("comp_som", ["comp_sum", "bartlett"])
    '; did you mean comp_sum?'
    """
    known = sorted(set(known))
    by_tail = {item.rpartition(".")[2]: item for item in known}
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    close += [by_tail[tail] for tail in difflib.get_close_matches(name, by_tail, n=3, cutoff=0.6)]
    close += [item for item in known if name and name in item][:3]
    close = list(dict.fromkeys(close))[:4]
    return f"; did you mean {' or '.join(close)}?" if close else "; `lossproof list` shows what there is"


def verify(
    patterns: Sequence[str] = (),
    *,
    jobs: int | None = None,
    rederive: bool = False,
    keep: bool = False,
    progress: Callable[[Progress], None] | None = None,
    collection: Collection | None = None,
) -> Report:
    """Decide claims in parallel, with all that they rest on.

    Parameters
    ----------
    patterns
        As in `select`; none means every installed claim.
    jobs
        Worker processes; one a core by default.
    rederive
        Find kept certificates again.
    keep
        Write the certificates of claims with ``stored=True`` to their packages.
    progress
        Called as claims come to their steps and verdicts.
    collection
        The claims to choose from; by default those of the installed distributions.

    Returns
    -------
    Report
        Entries in the collection's order, whatever the order in which workers finished.

    Raises
    ------
    BadInput
        If a pattern names nothing, or ``jobs`` is below 1.
    """
    if jobs is not None and jobs < 1:
        raise BadInput(f"jobs is {jobs}; at least 1 worker is needed")
    start = time.perf_counter()
    collection = collect() if collection is None else collection
    chosen = select(collection, patterns)
    decided = _decide_closure(collection, chosen, Options(rederive=rederive, keep=keep), jobs, progress)
    settled = settle({name: item.verdict for name, item in decided.items()})
    entries = tuple(
        Entry(claim, collection.modules[name], settled[name], decided[name].note, name in set(chosen))
        for name, claim in collection.claims.items()
        if name in settled
    )
    return Report(entries, collection.broken, tuple(patterns), time.perf_counter() - start)


def _decide_closure(
    collection: Collection,
    chosen: Sequence[str],
    options: Options,
    jobs: int | None,
    progress: Callable[[Progress], None] | None,
) -> dict[str, Decided]:
    """Decide the chosen claims and what they rest on, which certificates name only once they are found."""
    decided: dict[str, Decided] = {}
    wanted = _with_uses(collection, chosen)
    while wanted:
        total = len(decided) + len(wanted)

        def step(claim: str, name: str, total: int = total) -> None:
            if progress:
                progress(Progress(len(decided), total, claim, step=name))

        tasks = [_task(collection, name) for name in wanted]
        for item in decide_all(tasks, jobs=jobs, options=options, step=step):
            decided[item.verdict.claim] = item
            if progress:
                progress(Progress(len(decided), total, item.verdict.claim, verdict=item.verdict))
        used = [name for item in decided.values() for name in item.verdict.uses]
        wanted = [name for name in _with_uses(collection, used) if name not in decided]
    return decided


def _with_uses(collection: Collection, names: Iterable[str]) -> list[str]:
    """Return the names and all that their claims declare to use, in the collection's order."""
    reached: set[str] = set()
    front = [name for name in names if name in collection.claims]
    while front:
        name = front.pop()
        if name not in reached:
            reached.add(name)
            front += [used for used in collection.claims[name].uses if used in collection.claims]
    return [name for name in collection.claims if name in reached]


def _task(collection: Collection, name: str) -> Task:
    claim = collection.claims[name]
    return Task(name, collection.modules[name], float(claim.limit), claim.expected)


def settle(verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Weaken verdicts that rest on weaker ones; what rests on itself or a missing claim is undecided.

    A refutation stands on exact premises only (proved or certified): on anything less it is undecided.

    >>> weak = Verdict("a", Evidence.SUPPORTED, Evidence.SUPPORTED)
    >>> strong = Verdict("b", Evidence.PROVED, Evidence.PROVED, uses=("a",))
    >>> settle({"a": weak, "b": strong})["b"].reason
    'proved by itself, but rests on a (supported)'
    """
    graph = {name: [used for used in verdict.uses if used in verdicts] for name, verdict in verdicts.items()}
    circular = {name: _cycle(name, graph) for name in graph.keys() - set(_premises_first(graph))}
    settled = {
        name: _undecided(verdicts[name], f"rests on itself: {' -> '.join(cycle)}")
        for name, cycle in circular.items()
        if cycle
    }
    acyclic = {
        name: [item for item in used if item not in settled] for name, used in graph.items() if name not in settled
    }
    for name in _premises_first(acyclic):
        settled[name] = _weakened(verdicts[name], settled)
    return {name: settled[name] for name in verdicts}


def _weakened(verdict: Verdict, settled: Mapping[str, Verdict]) -> Verdict:
    if verdict.evidence is Evidence.UNDECIDED:
        return verdict
    missing = [name for name in verdict.uses if name not in settled]
    if missing:
        return _undecided(verdict, f"rests on {', '.join(missing)}, which no installed package claims")
    premises = {name: settled[name].evidence for name in verdict.uses}
    if verdict.evidence is Evidence.REFUTED:
        exact = (Evidence.PROVED, Evidence.CERTIFIED)
        weaker = [name for name, kind in premises.items() if kind not in exact]
        evidence = Evidence.UNDECIDED
    else:
        weaker = [
            name for name, kind in premises.items() if Evidence.weakest(verdict.evidence, kind) is not verdict.evidence
        ]
        evidence = Evidence.weakest(verdict.evidence, *premises.values())
    if not weaker:
        return verdict
    named = ", ".join(f"{name} ({premises[name].value})" for name in weaker)
    return replace(verdict, evidence=evidence, reason=f"{verdict.evidence.value} by itself, but rests on {named}")


def _undecided(verdict: Verdict, reason: str) -> Verdict:
    return replace(verdict, evidence=Evidence.UNDECIDED, reason=reason)


def _premises_first(graph: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the ids, each after those it uses, without those on a cycle or resting on one."""
    sorter = TopologicalSorter(graph)
    with suppress(CycleError):  # the sorter then goes as far as it can
        sorter.prepare()
    order: list[str] = []
    while ready := sorter.get_ready():
        order += ready
        sorter.done(*ready)
    return order


def _cycle(name: str, graph: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the shortest chain of uses from a claim back to itself, [] if there is none."""
    reached: dict[str, str] = {}
    front = [name]
    while front:
        following = []
        for item in front:
            for used in graph[item]:
                if used == name:
                    chain = [item]
                    while chain[-1] != name:
                        chain.append(reached[chain[-1]])
                    return [*reversed(chain), name]
                if used not in reached:
                    reached[used] = item
                    following.append(used)
        front = following
    return []
