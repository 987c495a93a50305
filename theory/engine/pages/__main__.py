"""Write the pages: ``python -m theory.engine.pages FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from theory.engine import discovery
from theory.engine.conformance import references
from theory.engine.discovery import Broken
from theory.engine.files import replace_file
from theory.engine.pages.site import site
from theory.engine.papers import papers
from theory.engine.readme import OWN


def main(arguments: list[str]) -> int:
    """Write the pages about the claims that come with lossproof, and return the exit status.

    It is 1 if something could not be imported; the other pages are written all the same.
    """
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m theory.engine.pages FOLDER\n")
        return 2
    (claims, unusable), (losses, others) = own(discovery.GROUP), own(references.GROUP)
    collection = discovery.collect(claims)
    found, broken = references.references(losses)
    texts, faults = site(collection, found.values(), papers())
    for path, text in texts.items():
        file = Path(arguments[0]) / f"{path}.rst"
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, text)
    all_faults = (*unusable, *others, *collection.broken, *broken, *faults)
    sys.stderr.writelines(f"{fault.entry}: {fault.reason}\n" for fault in all_faults)
    return 1 if all_faults else 0


def own(group: str) -> tuple[dict[str, str], list[Broken]]:
    """Return the entry points of a group that come with lossproof, without those of other installed packages."""
    entries, broken = discovery.entry_points(group)
    return {name: module for name, module in entries.items() if module.partition(".")[0] in OWN}, broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
