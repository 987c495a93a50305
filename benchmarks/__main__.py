"""Run the benchmarks: ``python -m benchmarks [NAME...]`` prints times and ratios, all taken in this one run."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def names() -> list[str]:
    """Return the benchmarks there are."""
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name.removeprefix("bench_") for name in found if name.startswith("bench_"))


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, all of them if none is named."""
    unknown = set(chosen) - set(names())
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    for name in chosen or names():
        print(f"== {name}", flush=True)
        for line in importlib.import_module(f"benchmarks.bench_{name}").run():
            print(f"   {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
