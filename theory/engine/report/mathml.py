r"""Formulas of the HTML report: LaTeX to MathML, checked; what cannot be shown is left as its source.

The converter accepts malformed LaTeX without a word, and claims may come from anyone. So its output is used
only if the source's braces balance, no macro is left in the text, and every element and attribute is one that
displays and cannot act.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from xml.etree import ElementTree as ET

LONGEST = 12_000  # characters of LaTeX
_ALPHABET = re.compile(r"(\\math(?:cal|bb|frak|scr|bf|sf|tt))\s+([A-Za-z])")  # \mathcal T, without braces
_SIZED = re.compile(r"\\[Bb]igg?([lr])(?![A-Za-z])")  # browsers size a pair by its content: \left and \right
_SPACE = "{http://www.w3.org/1998/Math/MathML}"
_ELEMENTS = frozenset(
    """math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover
    mmultiscripts none mprescripts mtable mtr mtd mpadded mphantom menclose mstyle""".split()
)
_ATTRIBUTES = frozenset(
    """display mathvariant stretchy fence form separator lspace rspace width height depth linethickness
    columnalign rowspacing columnspacing columnlines rowlines accent accentunder movablelimits minsize maxsize
    symmetric largeop displaystyle scriptlevel notation voffset""".split()
)


@lru_cache(maxsize=4096)
def formula(latex: str) -> str:
    r"""Return HTML for a formula: a ``math`` element, or the escaped source in a ``code`` element.

    >>> formula(r"\frac{1}{2}")[:5], formula(r"\frac{1}{2")
    ('<math', '<code class="tex">\\frac{1}{2</code>')
    """
    latex = " ".join(latex.split())
    return _mathml(latex) or f'<code class="tex">{escape(latex)}</code>'


def escape(text: str) -> str:
    """Escape text for HTML content and quoted attributes; what no file can hold becomes a question mark.

    >>> escape("a < b" + chr(0xd800))
    'a &lt; b?'
    """
    return html.escape(text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?"))


def balanced(latex: str) -> bool:
    r"""Return whether braces balance, escaped ones apart.

    >>> balanced(r"\{ x_{1}"), balanced("x_{1")
    (True, False)
    """
    depth = 0
    for brace in re.findall(r"\\.|[{}]", latex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return False
    return depth == 0


def _mathml(latex: str) -> str:
    if not latex.strip() or len(latex) > LONGEST or not latex.isprintable() or not balanced(latex):
        return ""
    from latex2mathml.converter import convert

    paired = _SIZED.sub(lambda match: r"\left" if match[1] == "l" else r"\right", latex)
    braced = _ALPHABET.sub(r"\1{\2}", paired)  # else the letter becomes an attribute that browsers no longer know
    try:
        root = ET.fromstring(convert(braced, display="inline"))  # noqa: S314 - written by the converter
    except Exception:  # the converter raises errors of many kinds, and RecursionError on deep nesting
        return ""
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SPACE)
        texts = f"{element.text or ''}{element.tail or ''}"
        if element.tag not in _ELEMENTS or not _ATTRIBUTES.issuperset(element.attrib) or "\\" in texts:
            return ""
    return ET.tostring(root, encoding="unicode")
