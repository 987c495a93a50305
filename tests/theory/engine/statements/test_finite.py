"""Finite statements and the fingerprints of the functions they are made of."""

import functools
from fractions import Fraction

import pytest

from theory.engine.report.mathml import formula
from theory.engine.statements.fingerprint import canonical, fingerprint
from theory.engine.statements.finite import Finite

LIMIT = 3


def domain():
    return range(LIMIT)


def helper(item):
    return item < 10


def predicate(item):
    return helper(item)


def make(bound):
    def holds(item):
        return item < bound

    return holds


def statement(**changes):
    arguments = {
        "domain": domain,
        "size": 3,
        "predicate": predicate,
        "over": "x < 3",
        "says": "x < 10",
    } | changes
    return Finite(**arguments)


def test_scope_latex_and_digest():
    assert statement().scope() == "3 items: x < 3"
    assert statement().latex() == r"\text{for all } \text{x}<\text{3}:\quad x < 10"
    assert statement().digest() == statement().digest()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("the corners of [-1, 1]^4, weighted", r"\text{the corners of [-1, 1]}^{4}\text{, weighted}"),
        ("losses in {0, 1}^3", r"\text{losses in }\{\text{0, 1}\}^{3}"),
        ("x_1 == 2, 0 <= y < 1", r"\text{x}_{1}=\text{2, 0}\le\text{y}<\text{1}"),
        ("5 % of $3 & #4", r"\text{5 }\%\text{ of }\$\text{3 }\&\text{ }\#\text{4}"),
        ("a ~ b \\ c ^ d", r"\text{a }\sim \text{ b }\setminus \text{ c }\wedge \text{ d}"),
    ],
)
def test_signs_of_the_words_are_signs(words, shown):
    latex = statement(over=words).latex()
    assert latex == rf"\text{{for all }} {shown}:\quad x < 10"
    assert formula(latex).startswith("<math")


def test_digest_follows_domain_predicate_and_words():
    others = [
        statement(predicate=make(5)),
        statement(predicate=make(6)),
        statement(domain=lambda: (0, 1, 2)),
        statement(over="x <= 2"),
        statement(size=4),
    ]
    assert len({item.digest() for item in (statement(), *others)}) == 6


def test_fingerprint_follows_helpers_constants_and_defaults(monkeypatch):
    before = fingerprint(predicate)
    monkeypatch.setitem(globals(), "helper", make(7))
    assert fingerprint(predicate)["sha256"] != before["sha256"]
    before = fingerprint(domain)
    monkeypatch.setitem(globals(), "LIMIT", 4)
    assert fingerprint(domain)["sha256"] != before["sha256"]
    assert fingerprint(functools.partial(make, 2)) != fingerprint(functools.partial(make, 3))


def test_fingerprint_looks_into_nested_functions(monkeypatch):
    def outer(item):
        return all(helper(other) for other in range(item))

    before = fingerprint(outer)
    monkeypatch.setitem(globals(), "helper", make(1))
    assert fingerprint(outer) != before


def test_fingerprint_of_a_recursive_closure_ends():
    def odd(item):
        return item > 0 and not odd(item - 1)

    assert fingerprint(odd)["name"].endswith("odd")


def test_what_cannot_be_identified_is_refused():
    with pytest.raises(ValueError, match="not a plain Python function"):
        fingerprint(len)
    with pytest.raises(ValueError, match="no exact canonical text"):
        fingerprint(make(0.5))
    space = {"__name__": "nowhere"}
    exec(compile("def f():\n    pass\n", "<none>", "exec"), space)
    with pytest.raises(ValueError, match="cannot be read"):
        fingerprint(space["f"])


def test_canonical_texts_are_exact_and_ordered():
    assert canonical((True, Fraction(1, 3), {2, 1}, {"b": 1, "a": None}, "x")) == (
        "(True, Fraction(1, 3), {1, 2}, {'a': None, 'b': 1}, 'x')"
    )
    for value in (0.5, object(), (1, 0.5), 1j):
        with pytest.raises(ValueError, match="no exact canonical text"):
            canonical(value)


@pytest.mark.parametrize("changes", [{"size": 0}, {"size": True}, {"size": 2.0}, {"over": " "}, {"says": ""}])
def test_empty_statements_are_refused(changes):
    with pytest.raises(ValueError, match=r"size|described"):
        statement(**changes)


def test_the_enumeration_must_have_the_declared_length():
    with pytest.raises(ValueError, match="holds 3 items, declared are 4"):
        list(statement(size=4).items())
    with pytest.raises(ValueError, match="more than the 2 items"):
        list(statement(size=2).items())


def test_an_answer_must_be_a_bool():
    for predicate_of_other_kind in (
        lambda item: 1,
        lambda item: None,
        lambda item: 0.0,
        lambda item: Fraction(item, 2),
    ):
        with pytest.raises(ValueError, match="a bool is needed"):
            statement(predicate=predicate_of_other_kind).holds_at(1)
