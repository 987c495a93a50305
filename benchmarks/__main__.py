"""Run the benchmarks: ``python -m benchmarks [NAME...]``, all ratios in one table, all taken in this one run."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

from benchmarks.rows import Row
from benchmarks.table import Table
from experiments.machine import describe


def names() -> list[str]:
    """Return the benchmarks there are."""
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name.removeprefix("bench_") for name in found if name.startswith("bench_"))


def measure(chosen: list[str], *, smoke: bool = False) -> Table:
    """Run benchmarks one after another; one that fails stops no other."""
    machine = describe()
    rows: list[tuple[str, Row]] = []
    failed: dict[str, str] = {}
    for name in chosen:
        print(f"== {name}", file=sys.stderr, flush=True)
        try:
            for row in importlib.import_module(f"benchmarks.bench_{name}").run(smoke=smoke):
                rows.append((name, row))
                ours, theirs, ratio = row.shown()
                alternative = f", {row.against} {theirs}, ratio {ratio}" if ratio else ""
                print(f"   {row.name} {row.sizes}: {ours}{alternative}", file=sys.stderr, flush=True)
        except Exception as error:  # noqa: BLE001 -- hours of other measurements must not be lost; it is in the table
            failed[name] = f"{type(error).__name__}: {error}"
            print(f"   failed: {failed[name]}", file=sys.stderr, flush=True)
    return Table(tuple(rows), failed, machine, smoke)


def main(arguments: list[str]) -> int:
    """Run the chosen benchmarks, all of them if none is named; return 0, 1 where one failed, or 2 for bad usage."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure; print one table of ratios.")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of {', '.join(names())}; all by default")
    parser.add_argument("--smoke", action="store_true", help="tiny sizes: whether all runs, not how fast")
    parser.add_argument("--out", metavar="DIR", default="out", help="folder of bench.md and bench.json (default: out)")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.names) - set(names())
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    folder = Path(chosen.out)
    try:  # before what takes minutes
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"--out is {chosen.out}; it must be a folder, or one that can be made: {error}", file=sys.stderr)
        return 2
    table = measure(chosen.names or names(), smoke=chosen.smoke)
    (folder / "bench.json").write_text(json.dumps(table.to_json(), indent=1) + "\n", encoding="utf-8")
    (folder / "bench.md").write_text(table.markdown(), encoding="utf-8")
    print(table.markdown(), end="")
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
