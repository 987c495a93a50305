"""Write the generated blocks of a README, between markers, from a report.

``python -m theory.engine.readme out/report.json README.md`` rewrites the blocks ``decided`` (what is decided,
a line a paper) and ``errata`` (what was refuted, and what corrects it). Neither holds times, so that they
change only when claims do.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from theory.engine.evidence import Evidence
from theory.engine.files import replace_file
from theory.engine.papers import papers
from theory.engine.report.errata import Erratum, errata

OWN = ("theory", "experiments")
_OPERATOR, _UPRIGHT = (
    re.compile(r"\\operatorname\*?(?=\{)"),
    r"\\mathrm",
)  # GitHub sets formulas, but none with \operatorname
_BAR = re.compile(r"(?<!\\)\|")  # between cells; bars in cells are escaped


def blocks(claims: Sequence[Mapping[str, Any]], witnesses: Mapping[str, str]) -> dict[str, str]:
    """Return the text of each block.

    Parameters
    ----------
    claims
        What is on record about each, as `theory.engine.report.json_report.describe` returns it.
    witnesses
        Id of a refuted claim -> its counterexample in one line.
    """
    ordered = _ordered(claims)
    return {"decided": _decided(ordered), "errata": _errata(ordered, witnesses)}


def _ordered(claims: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Papers with most claims first; in a paper theorems first, then by place and id, however they were found."""
    count = Counter(item["paper"] for item in claims)

    def rank(item: Mapping[str, Any]) -> tuple[int, str, bool, str, str]:
        return (
            -count[item["paper"]],
            item["paper"],
            not item["where"].startswith("Theorem"),
            item["where"],
            item["id"],
        )

    return sorted(claims, key=rank)


def _decided(claims: Sequence[Mapping[str, Any]]) -> str:
    kinds = [kind.value for kind in Evidence if any(item["expected"] == kind.value for item in claims)]
    rows = [["paper", "claims", *kinds]]
    for key in dict.fromkeys(item["paper"] for item in claims):
        count = Counter(item["expected"] for item in claims if item["paper"] == key)
        title = papers()[key].title if key in papers() else key
        rows.append([f"{title} (`{key}`)", str(count.total()), *[str(count[kind] or "") for kind in kinds]])
    total = Counter(item["expected"] for item in claims)
    rows.append(["all", str(total.total()), *[str(total[kind]) for kind in kinds]])
    return _table(rows)


def _errata(claims: Sequence[Mapping[str, Any]], witnesses: Mapping[str, str]) -> str:
    found = errata(claims)
    quoted = _errata_table([erratum for erratum in found if erratum.quoted], witnesses)
    readings = [erratum for erratum in found if not erratum.quoted]
    folded = f"<details><summary>Natural readings that fail, or can be sharpened: {len(readings)}</summary>\n\n"
    return quoted + (f"\n{folded}{_errata_table(readings, witnesses)}\n</details>\n" if readings else "")


def _errata_table(found: Sequence[Erratum], witnesses: Mapping[str, str]) -> str:
    rows = [["claim", "source", "as stated", "finding", "corrected by"]]
    for erratum in found:
        item = erratum.item
        witness = f": {witnesses[item['id']]}" if erratum.fails and item["id"] in witnesses else ""
        says = f"$`{_OPERATOR.sub(_UPRIGHT, ' '.join(item['says'].split()))}`$"
        source = f"{item['paper']}, {item['where']} ({item['form']})"
        corrected = ", ".join(f"`{other}`" for other in erratum.corrections)
        rows.append([f"`{item['id']}`", source, says, f"{erratum.finding}{witness}", corrected])
    return _table(rows) if len(rows) > 1 else "None so far.\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def replaced(text: str, contents: Mapping[str, str]) -> str:
    r"""Return the README with the blocks' contents replaced.

    Raises
    ------
    ValueError
        If a block's markers are missing or occur twice.

    Examples
    --------
    >>> replaced("<!-- errata:begin -->old<!-- errata:end -->", {"errata": "new\n"})
    '<!-- errata:begin -->\n\nnew\n\n<!-- errata:end -->'
    """
    for name, content in contents.items():
        start, end = _markers(text, name)
        text = f"{text[:start]}\n\n{content}\n{text[end:]}"
    return text


def current(text: str, name: str) -> str:
    """Return what a README holds in a block now."""
    start, end = _markers(text, name)
    return text[start:end].strip() + "\n"


def witnesses_of(block: str) -> dict[str, str]:
    """Return the counterexamples that an errata block shows, by claim id."""
    rows = [[cell.strip() for cell in _BAR.split(line)] for line in block.splitlines() if line.startswith("| `")]
    found = {row[1].strip("`"): row[4].replace(r"\|", "|") for row in rows}
    return {claim: text.removeprefix("fails: ") for claim, text in found.items() if text.startswith("fails: ")}


def own(claims: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the claims that come with lossproof, without those of other installed packages."""
    return [item for item in claims if item["module"].partition(".")[0] in OWN]


def _markers(text: str, name: str) -> tuple[int, int]:
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"the README needs {begin} and, after it, {end}, each once")
    return text.index(begin) + len(begin), text.index(end)


def main(arguments: Sequence[str]) -> int:
    """Rewrite the blocks of a README, and return the exit status."""
    if len(arguments) != 2:
        print("usage: python -m theory.engine.readme REPORT.json README.md", file=sys.stderr)
        return 2
    try:
        report = json.loads(Path(arguments[0]).read_text("utf-8"))
        if not report["ok"]:
            raise ValueError(f"{arguments[0]} says that not all is as on record; the README is left as it is")
        if report["selection"]:
            raise ValueError(f"{arguments[0]} is about a selection of claims; a report on all is needed")
        claims = own(report["claims"])
        witnesses = {item["id"]: " ".join(item["verdict"]["summary"].split()) for item in claims}
        readme = Path(arguments[1])
        replace_file(readme, replaced(readme.read_text("utf-8"), blocks(claims, witnesses)))
    except (OSError, ValueError, KeyError) as error:
        print(f"python -m theory.engine.readme: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
