"""The report as one self-contained HTML file: no network, no library, readable without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib import resources
from string import Template
from typing import Any

from theory.engine.report.errata import Erratum, errata
from theory.engine.report.mathml import escape, formula
from theory.engine.report.table import closing, error_line

MEANING = {
    "proved": "a chain of rule steps, stored as data and replayed: exact, and for the whole scope",
    "certified": "a rigorous enclosure over the whole scope, an exact certificate, or an exact enumeration",
    "argued": "every step is machine-checked, the glue between them is prose",
    "supported": "a sequential test with a declared error probability",
    "refuted": "an explicit counterexample, checked exactly or rigorously; where it says so, a rejection by sampling",
    "undecided": "neither a certificate nor a counterexample was found",
}
_LONGEST = 2000  # characters of a witness or a reason that are shown; the JSON report has them whole


def render(document: dict[str, Any]) -> str:
    """Return the HTML text of a document that `theory.engine.report.json_report.document` returned."""
    template = Template(resources.files(__package__).joinpath("template.html").read_text("utf-8"))
    claims = document["claims"]
    fill = {
        "state": "good" if document["ok"] else "bad",
        "headline": "All as on record" if document["ok"] else "Not all as on record",
        "closing": _text(closing(document)),
        "software": _text(", ".join(f"{name} {version}" for name, version in document["software"].items() if version)),
        "created": _text(document["created"]),
        "filters": _filters(document["summary"]["evidence"]),
        "problems": _problems(document),
        "errata": _errata(claims),
        "papers": "".join(_paper(key, document) for key in dict.fromkeys(item["paper"] for item in claims)),
        "meanings": "".join(f"<dt>{_badge(kind)}</dt><dd>{_text(meaning)}</dd>" for kind, meaning in MEANING.items()),
    }
    return template.substitute(fill)


def _text(value: object) -> str:
    return escape(str(value))


def _shortened(text: str) -> str:
    return (
        text
        if len(text) <= _LONGEST
        else f"{text[:_LONGEST]} ... ({len(text)} characters; the JSON report has them all)"
    )


def anchor(claim: str) -> str:
    """Return the fragment that a claim is linked by.

    >>> anchor("comp_sum.minimum")
    'claim-comp_sum.minimum'
    """
    return "claim-" + re.sub(r"[^A-Za-z0-9_.-]", "-", claim)


def _link(claim: str) -> str:
    return f'<a href="#{anchor(claim)}"><code>{_text(claim)}</code></a>'


def _badge(kind: str) -> str:
    return f'<span class="badge {_text(kind)}">{_text(kind)}</span>'


def _filters(evidence: dict[str, int]) -> str:
    buttons = [
        f'<button type="button" aria-pressed="false" data-kind="{kind}">{_badge(kind)} {evidence[kind]}</button>'
        for kind in MEANING
        if kind in evidence
    ]
    return "".join(buttons)


def _problems(document: dict[str, Any]) -> str:
    wrong = [item for item in document["claims"] if not item["verdict"]["as_recorded"]]
    lines = [f"<li>{_link(item['id'])}: {_wrong(item)}</li>" for item in wrong]
    lines += [
        f"<li><code>{_text(item['entry'])}</code> is broken: {_text(item['reason'])}</li>"
        for item in document["broken"]
    ]
    if not document["within_budget"]:
        lines.append(f"<li>{_text(error_line(document))}</li>")
    if not lines:
        return ""
    return f'<section class="problems"><h2>Not as on record</h2><ul>{"".join(lines)}</ul></section>'


def _wrong(item: dict[str, Any]) -> str:
    verdict = item["verdict"]
    parts = []
    if verdict["evidence"] != verdict["expected"]:
        parts.append(
            f"{_badge(verdict['evidence'])}, on record is {_badge(verdict['expected'])} "
            + _text(_shortened(" ".join((verdict["reason"], verdict["worst"]))))
        )
    parts += [
        f"control &ldquo;{_text(control['says'])}&rdquo; came out {_text(control['outcome'])}"
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
    heads = ("Statement", "As stated", "Finding", "Corrected by")
    rows = ""
    for erratum in found:
        item = erratum.item
        witness = f": {_shortened(item['verdict']['summary'])}" if erratum.fails else ""
        cells = (
            f"{_link(item['id'])} {_text(item['where'])}, {_text(item['form'])}",
            f'<div class="wide" tabindex="0">{formula(item["says"])}</div>',
            _text(erratum.finding + witness),
            " ".join(map(_link, erratum.corrections)) or "&ndash;",
        )
        body = "".join(f'<td data-head="{head}">{cell}</td>' for head, cell in zip(heads, cells, strict=True))
        rows += f"<tr>{body}</tr>"
    if not rows:
        return ""
    return (
        f'<section id="{name}" class="errata"><h2>{title}</h2>'
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{title}"><table><thead><tr>{_heads(*heads)}</tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _paper(key: str, document: dict[str, Any]) -> str:
    known = next((paper for paper in document["papers"] if paper["key"] == key), None)
    title = known["title"] if known else key
    cite = f'<p class="cite">{_text(known["cite"])}</p>' if known else ""
    own = sorted((item for item in document["claims"] if item["paper"] == key), key=_by_source)
    items = "".join(_claim(item) for item in own if item["strength"] != "lemma")
    lemmas = "".join(_claim(item) for item in own if item["strength"] == "lemma")
    below = f"<h3>Lemmas that these rest on</h3>{lemmas}" if lemmas else ""
    return f'<section class="paper"><h2>{_text(title)} <code>{_text(key)}</code></h2>{cite}{items}{below}</section>'


def _by_source(item: dict[str, Any]) -> tuple[bool, str]:
    """Theorems first, then everything else by its place in the paper."""
    return not item["where"].startswith("Theorem"), item["where"]


def _claim(item: dict[str, Any]) -> str:
    verdict = item["verdict"]
    mark = "" if verdict["as_recorded"] else '<span class="badge differs">differs</span>'
    words = _text(" ".join((item["id"], item["where"], item["says"], item["about"])).lower())
    return (
        f'<details class="claim" id="{anchor(item["id"])}" data-kind="{_text(verdict["evidence"])}" '
        f'data-words="{words}"><summary>{_badge(verdict["evidence"])}{mark}'
        f'<code class="id">{_text(item["id"])}</code><span class="where">{_text(item["where"])}</span>'
        f'<span class="says">{formula(item["says"])}</span></summary>'
        f"{_facts(item)}{_controls(verdict['controls'])}</details>"
    )


def _facts(item: dict[str, Any]) -> str:
    verdict, witness, certificate = (
        item["verdict"],
        item["verdict"]["witness"],
        item["verdict"]["certificate"],
    )
    facts: list[tuple[str, str]] = [
        ("About", _text(item["about"])),
        ("Statement decided", formula(verdict["latex"]) if verdict["latex"] else ""),
        ("Scope", _text(verdict["scope"])),
        ("Assumptions", _items(map(_text, item["assumptions"]))),
        ("Source", f"{_text(item['where'])} ({_text(item['form'])}; {_text(item['strength'])})"),
        ("Verdict", f"{_badge(verdict['evidence'])} {_text(_meaning(verdict))}"),
        ("Error by chance", _chance(verdict)),
        ("On record", _badge(verdict["expected"])),
        ("Evidence", _text(_shortened(verdict["summary"]))),
        ("Reason", _text(_shortened(verdict["reason"]))),
        ("Worst cell or step", _text(_shortened(verdict["worst"]))),
        (
            "Rejection" if witness and witness["error_probability"] else "Counterexample",
            f"<code>{_text(_shortened(json.dumps(witness['data'])))}</code>" if witness else "",
        ),
        ("Certificate", _certificate(item) if certificate else ""),
        ("Rests on", _items(map(_link, verdict["uses"]))),
        ("Corrects", _link(item["corrects"]) if item["corrects"] else ""),
        ("Note", _text(item["note"])),
        ("Time", f"{verdict['seconds']:.2f} s"),
        ("Decide it again", f"<code>lossproof verify {_text(item['id'])}</code>"),
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
    return f"{_text(item['verdict']['certificate']['kind'])}, {item['certificate_bytes']:,} bytes, {source}"


def _items(parts: Iterable[str]) -> str:
    return "".join(f"<div>{part}</div>" for part in parts)


def _controls(controls: list[dict[str, Any]]) -> str:
    if not controls:
        return '<p class="none">No controls.</p>'
    rows = "".join(
        f"<tr><td>{_text(control['says'])}</td><td>{'holds' if control['expect_holds'] else 'refuted'}</td>"
        f'<td class="{"good" if control["as_expected"] else "bad"}">{_text(control["outcome"])}</td>'
        f"<td>{_text(_shortened(control['summary']))}</td></tr>"
        for control in controls
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Controls"><table><thead><tr>'
        f"{_heads('Control: if', 'must come out', 'came out', 'by')}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _heads(*heads: str) -> str:
    return "".join(f'<th scope="col">{head}</th>' for head in heads)
