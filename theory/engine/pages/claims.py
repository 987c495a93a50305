"""The sections of a page about its claims: the errata, and a table for each module of claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection as Sized
from collections.abc import Iterable, Sequence

from theory.engine.claim import Claim
from theory.engine.evidence import Evidence
from theory.engine.pages.markup import code, escaped, folded, formula, inline, role, table
from theory.engine.report.errata import Erratum

EVIDENCE_ROLES = tuple(f"evidence-{kind.value}" for kind in Evidence)


def claims_text(claims: Sequence[Claim], known: Sized[str]) -> str:
    """Return the table of a module's claims, lemmas folded below it.

    Parameters
    ----------
    claims
        Claims of one module.
    known
        Ids of the claims that stand on some page, and can be linked to.
    """
    main = [claim for claim in claims if claim.strength != "lemma"]
    lemmas = [claim for claim in claims if claim.strength == "lemma"]
    parts = [_table(main, known)] if main else []
    if lemmas:
        parts.append(folded(f"Lemmas ({len(lemmas)})", _table(lemmas, known)))
    return "\n".join(parts)


def errata_text(found: Iterable[Erratum], known: Sized[str]) -> str:
    """Return the table of statements that fail or are not the best possible, with what corrects them."""
    rows = []
    for erratum in found:
        item = erratum.item
        source = f"{inline(item['where'])} ({escaped(item['form'])})"
        stated = [reference(item["id"], known, beside=item["id"]), formula(item["says"]), source]
        finding = role("evidence-refuted", "fails") if erratum.fails else escaped(erratum.finding)
        corrected = "\n\n".join(reference(other, known, beside=item["id"]) for other in erratum.corrections)
        rows.append(["\n\n".join(stated), "\n\n".join(filter(None, [finding, _labelled("Corrected by", corrected)]))])
    return table(["As stated", "Finding"], rows, widths=(66, 34), name="claims")


def tally(claims: Iterable[Claim]) -> str:
    """Return how many claims there are of which verdict, as badges in one line."""
    count = Counter(claim.expected for claim in claims)
    return " ".join(role(f"evidence-{kind.value}", f"{count[kind]} {kind.value}") for kind in Evidence if count[kind])


def label(claim_id: str) -> str:
    """Return the name of the place of a claim on its page.

    >>> label("comp_sum.growth_low")
    'claim-comp_sum.growth_low'
    """
    return f"claim-{claim_id}"


def reference(claim_id: str, known: Sized[str], *, beside: str) -> str:
    """Return a link to a claim, or only its id where no page shows it.

    The paper's key is left out where ``beside``, the claim that it stands beside, is of the same paper.

    >>> reference("demo.other", ["demo.other"], beside="demo.one")
    ':ref:`other <claim-demo.other>`'
    """
    shown = claim_id.removeprefix(f"{beside.partition('.')[0]}.")
    return f":ref:`{shown} <{label(claim_id)}>`" if claim_id in known else code(claim_id)


def scope(claim: Claim) -> str:
    """Return the scope that the statement object says of itself; a statement that cannot be built says why."""
    try:
        return str(claim.statement().scope())
    except Exception as error:  # a claim of anyone's: show the rest of it
        return f"the statement cannot be built: {type(error).__name__}: {error}"


def _table(claims: Iterable[Claim], known: Sized[str]) -> str:
    rows = [[_statement(claim, known), _record(claim)] for claim in claims]
    return table(["Claim", "On record"], rows, widths=(74, 26), name="claims")


def _statement(claim: Claim, known: Sized[str]) -> str:
    idea = inline((claim.build.__doc__ or "").strip().partition("\n\n")[0])
    corrects = reference(claim.corrects, known, beside=claim.id) if claim.corrects else ""
    parts = [
        f".. _{label(claim.id)}:",
        code(claim.name),
        formula(claim.says),
        idea if claim.build.__doc__ else "",
        _labelled("Scope", inline(scope(claim))),
        _labelled("Assumed", inline("; ".join(claim.assumptions)) if claim.assumptions else ""),
        _labelled("Corrects", corrects),
    ]
    return "\n\n".join(part.strip() for part in parts if part)


def _labelled(name: str, text: str) -> str:
    return f":part:`{name}` {text}" if text else ""


def _record(claim: Claim) -> str:
    badge = role(f"evidence-{claim.expected.value}", claim.expected.value)
    controls = f"{len(claim.controls)} control{'' if len(claim.controls) == 1 else 's'}"
    return "\n\n".join([badge, inline(claim.where), escaped(f"{claim.form}; {controls}")])
