from theory.engine.report.elements import LONGEST, anchor, badge, fragment, heads, link, shortened


def test_anchors_hold_no_character_that_a_fragment_cannot():
    assert anchor('a "b" <c>') == "claim-a--b---c-"
    assert fragment("figure", "x_1.y-2") == "figure-x_1.y-2"


def test_text_is_escaped_wherever_it_stands():
    assert link("<b>") == '<a href="#claim--b-"><code>&lt;b&gt;</code></a>'
    assert badge('"x', "1 < 2") == '<span class="badge &quot;x">1 &lt; 2</span>'
    assert heads("A", "B") == '<th scope="col">A</th><th scope="col">B</th>'


def test_long_text_is_cut_and_says_so():
    assert shortened("x" * LONGEST) == "x" * LONGEST
    cut = shortened("x" * (LONGEST + 1))
    assert cut.startswith("x" * LONGEST + " ...")
    assert str(LONGEST + 1) in cut
