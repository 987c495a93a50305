"""The report as one self-contained HTML file: no network, no library, readable without scripts."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from importlib import resources
from string import Template
from typing import Any

from theory.engine.report import coverage
from theory.engine.report.elements import anchor, badge, fragment, heads, link, prose, shortened, text
from theory.engine.report.errata import Erratum, errata
from theory.engine.report.figures import Gallery, Picture
from theory.engine.report.mathml import formula
from theory.engine.report.table import closing, error_line

MEANING = {
    "proved": "a chain of rule steps, stored as data and replayed: exact, and for the whole scope",
    "certified": "a rigorous enclosure over the whole scope, an exact certificate, or an exact enumeration",
    "argued": "every step is machine-checked, the glue between them is prose",
    "supported": "a sequential test rejected the opposite, at a declared error probability",
    "refuted": "an explicit counterexample, checked exactly or rigorously; where it says so, a rejection by sampling",
    "undecided": "neither a certificate nor a counterexample was found",
}


def render(document: dict[str, Any], figures: Iterable[Picture] = ()) -> str:
    """Return the HTML text of a document that `theory.engine.report.json_report.document` returned.

    Parameters
    ----------
    document
        The report as data.
    figures
        Pictures to show beside the papers that they belong to.
    """
    template = Template(resources.files(__package__).joinpath("template.html").read_text("utf-8"))
    claims, gallery = document["claims"], Gallery(figures)
    keys, topics = list(dict.fromkeys(item["paper"] for item in claims)), coverage.topics(claims)
    fill = {
        "state": "good" if document["ok"] else "bad",
        "headline": "All as on record" if document["ok"] else "Not all as on record",
        "closing": text(closing(document)),
        "selection": _selection(document),
        "software": text(", ".join(f"{name} {version}" for name, version in document["software"].items() if version)),
        "created": text(document["created"]),
        "choices": _choice("topic", "topics", sorted(set(topics.values()))) + _choice("paper", "papers", sorted(keys)),
        "filters": _filters(document["summary"]["evidence"]),
        "problems": _problems(document),
        "errata": _errata(claims),
        "papers": "".join(_paper(key, topics[key], document, gallery) for key in keys)
        + gallery.rest(every=not document["selection"]),
        "coverage": coverage.section(document, tuple(MEANING)),
        "meanings": "".join(f"<dt>{badge(kind)}</dt><dd>{text(meaning)}</dd>" for kind, meaning in MEANING.items()),
    }
    return template.substitute(fill | {"contents": _contents(document, fill)})


def _selection(document: dict[str, Any]) -> str:
    """Return what was asked for, if that was not everything: a short report must not look like a whole one."""
    if not document["selection"]:
        return ""
    names = " ".join(f"<code>{text(name)}</code>" for name in document["selection"])
    return f"<p>Only {names} was asked for, with what it rests on; nothing is said about other claims.</p>"


def _contents(document: dict[str, Any], fill: dict[str, str]) -> str:
    """Return links to what stands further down."""
    decided, wanted = coverage.covered(document)
    parts = (
        ("errata", "Errata", 'id="errata"' in fill["errata"]),
        ("readings", "Natural readings", 'id="readings"' in fill["errata"]),
        ("papers", "Papers and claims", bool(document["claims"])),
        ("figures", "Other figures", 'id="figures"' in fill["papers"]),
        ("coverage", f"Coverage: {decided} of {wanted} papers", bool(fill["coverage"])),
        ("meanings", "What the verdicts mean", True),
    )
    return "".join(f'<li><a href="#{place}">{name}</a></li>' for place, name, there in parts if there)


def _choice(name: str, plural: str, values: list[str]) -> str:
    """Return a list to choose one value from, or all; none if there is nothing to choose."""
    if len(values) <= 1:
        return ""
    options = "".join(f'<option value="{text(value)}">{text(value)}</option>' for value in values)
    return f'<select id="{name}" aria-label="{name}"><option value="">all {plural}</option>{options}</select>'


def _filters(evidence: dict[str, int]) -> str:
    buttons = [
        f'<button type="button" aria-pressed="false" data-kind="{kind}">{badge(kind)} {evidence[kind]}</button>'
        for kind in MEANING
        if kind in evidence
    ]
    return "".join(buttons)


def _problems(document: dict[str, Any]) -> str:
    wrong = [item for item in document["claims"] if not item["verdict"]["as_recorded"]]
    lines = [f"<li>{link(item['id'])}: {_wrong(item)}</li>" for item in wrong]
    lines += [
        f"<li><code>{text(item['entry'])}</code> is broken: {text(item['reason'])}</li>" for item in document["broken"]
    ]
    if not document["within_budget"]:
        lines.append(f"<li>{text(error_line(document))}</li>")
    if not lines:
        return ""
    return f'<section class="problems"><h2>Not as on record</h2><ul>{"".join(lines)}</ul></section>'


def _wrong(item: dict[str, Any]) -> str:
    verdict = item["verdict"]
    parts = []
    if verdict["evidence"] != verdict["expected"]:
        parts.append(
            f"{badge(verdict['evidence'])}, on record is {badge(verdict['expected'])} "
            + text(shortened(" ".join((verdict["reason"], verdict["worst"]))))
        )
    parts += [
        f"control &ldquo;{text(control['says'])}&rdquo; came out {text(control['outcome'])}"
        for control in verdict["controls"]
        if not control["as_expected"]
    ]
    return "; ".join(parts)


def _errata(claims: list[dict[str, Any]]) -> str:
    """Return the tables of statements that fail, or are not the best possible: quoted ones, then natural readings."""
    found = errata(claims)
    quoted = "Errata: statements that fail as stated, or can be sharpened"
    readings = "Natural readings that fail, or can be sharpened; nobody is quoted"
    return _errata_table("errata", quoted, [erratum for erratum in found if erratum.quoted]) + _errata_table(
        "readings", readings, [erratum for erratum in found if not erratum.quoted]
    )


def _errata_table(name: str, title: str, found: list[Erratum]) -> str:
    names = ("Statement", "As stated", "Finding", "Corrected by")
    rows = ""
    for erratum in found:
        item = erratum.item
        cells = (
            f"{link(item['id'])} {text(item['where'])}, {text(item['form'])}",
            f'<div class="wide" tabindex="0">{formula(item["says"])}</div>',
            _finding(erratum),
            " ".join(map(link, erratum.corrections)) or "&ndash;",
        )
        body = "".join(f'<td data-head="{head}">{cell}</td>' for head, cell in zip(names, cells, strict=True))
        rows += f'<tr data-claim="{anchor(item["id"])}">{body}</tr>'
    if not rows:
        return ""
    return (
        f'<section id="{name}" class="errata"><h2>{title}</h2>'
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{title}"><table><thead><tr>{heads(*names)}</tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _finding(erratum: Erratum) -> str:
    """Return what is on record, with the counterexample of this run, or else what this run found instead."""
    verdict = erratum.item["verdict"]
    if verdict["evidence"] != verdict["expected"]:
        return f"{badge(verdict['evidence'])} in this run; on record: {text(erratum.finding)}"
    return text(f"{erratum.finding}: {shortened(verdict['summary'])}" if erratum.fails else erratum.finding)


def _paper(key: str, topic: str, document: dict[str, Any], gallery: Gallery) -> str:
    known = next((paper for paper in document["papers"] if paper["key"] == key), None)
    title = known["title"] if known else key
    cite = f'<p class="cite">{text(known["cite"])}</p>' if known and known["cite"] != f"{title}." else ""
    own = sorted((item for item in document["claims"] if item["paper"] == key), key=_by_source)
    words = text(f"{title} {known['cite'] if known else ''}".lower())
    known_ids = {item["id"] for item in document["claims"]}
    items = "".join(_claim(item, known_ids) for item in own if item["strength"] != "lemma")
    lemmas = "".join(_claim(item, known_ids) for item in own if item["strength"] == "lemma")
    below = f"<h3>Lemmas that these rest on</h3>{lemmas}" if lemmas else ""
    return (
        f'<section class="paper" id="{fragment("paper", key)}" data-paper="{text(key)}" data-topic="{text(topic)}" '
        f'data-words="{words}">'
        f"<h2>{text(title)} <code>{text(key)}</code></h2>{cite}{gallery.of_paper(key)}{items}{below}</section>"
    )


def _by_source(item: dict[str, Any]) -> tuple[bool, str]:
    """Theorems first, then everything else by its place in the paper."""
    return not item["where"].startswith("Theorem"), item["where"]


def _claim(item: dict[str, Any], known: Container[str]) -> str:
    verdict = item["verdict"]
    mark = "" if verdict["as_recorded"] else '<span class="badge differs">differs</span>'
    words = text(" ".join((item["id"], item["where"], item["says"], item["about"])).lower())
    return (
        f'<details class="claim" id="{anchor(item["id"])}" data-kind="{text(verdict["evidence"])}" '
        f'data-words="{words}"><summary>{badge(verdict["evidence"])}{mark}'
        f'<code class="id">{text(item["id"])}</code><span class="where">{text(item["where"])}</span>'
        f'<span class="says">{formula(item["says"])}</span></summary>'
        f"{_facts(item, known)}{_controls(verdict['controls'])}</details>"
    )


def _facts(item: dict[str, Any], known: Container[str]) -> str:
    verdict, witness, certificate = (
        item["verdict"],
        item["verdict"]["witness"],
        item["verdict"]["certificate"],
    )
    facts: list[tuple[str, str]] = [
        ("About", prose(item["about"])),
        ("Statement decided", formula(verdict["latex"]) if verdict["latex"] else ""),
        ("Scope", text(verdict["scope"])),
        ("Assumptions", _items(map(text, item["assumptions"]))),
        ("Source", f"{text(item['where'])} ({text(item['form'])}; {text(item['strength'])})"),
        ("Verdict", f"{badge(verdict['evidence'])} {text(_meaning(verdict))}"),
        ("Error by chance", _chance(verdict)),
        ("On record", badge(verdict["expected"])),
        ("Evidence", text(shortened(verdict["summary"]))),
        ("Reason", text(shortened(verdict["reason"]))),
        ("Worst cell or step", text(shortened(verdict["worst"]))),
        (
            "Rejection" if witness and witness["error_probability"] else "Counterexample",
            f"<code>{text(shortened(json.dumps(witness['data'])))}</code>" if witness else "",
        ),
        ("Certificate", _certificate(item) if certificate else ""),
        ("Rests on", _items(link(name, known) for name in verdict["uses"])),
        ("Corrects", link(item["corrects"], known) if item["corrects"] else ""),
        ("Note", text(item["note"])),
        ("Time", f"{verdict['seconds']:.2f} s"),
        ("Decide it again", f"<code>lossproof verify {text(item['id'])}</code>"),
    ]
    return "<dl>" + "".join(_fact(name, value) for name, value in facts if value) + "</dl>"


def _meaning(verdict: dict[str, Any]) -> str:
    witness = verdict["witness"]
    if witness and witness["error_probability"]:
        return f"rejected by a sequential test at error {witness['error_probability']:.2g}; not a counterexample"
    return MEANING.get(verdict["evidence"], "")


def _chance(verdict: dict[str, Any]) -> str:
    """Return the declared probability of an error by chance, controls included; "" for claims that are not sampled."""
    chance = verdict["error_probability"]
    return f"probability at most {chance:.2g}, controls included" if chance else ""


def _fact(name: str, value: str) -> str:
    kind = ' class="formula"' if value.startswith("<math") else ""
    return f"<dt>{name}</dt><dd{kind}>{value}</dd>"


def _certificate(item: dict[str, Any]) -> str:
    source = "kept with the package, checked again" if item["verdict"]["from_store"] else "found in this run"
    return f"{text(item['verdict']['certificate']['kind'])}, {item['certificate_bytes']:,} bytes, {source}"


def _items(parts: Iterable[str]) -> str:
    return "".join(f"<div>{part}</div>" for part in parts)


def _controls(controls: list[dict[str, Any]]) -> str:
    if not controls:
        return '<p class="none">No controls.</p>'
    rows = "".join(
        f"<tr><td>{text(control['says'])}</td><td>{'holds' if control['expect_holds'] else 'refuted'}</td>"
        f'<td class="{"good" if control["as_expected"] else "bad"}">{text(control["outcome"])}</td>'
        f"<td>{text(shortened(control['summary']))}</td></tr>"
        for control in controls
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Controls"><table><thead><tr>'
        f"{heads('Control: if', 'must come out', 'came out', 'by')}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
