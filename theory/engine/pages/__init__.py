"""Documentation pages, one a paper, as reStructuredText written from what is on record: `make docs` builds them.

``python -m theory.engine.pages FOLDER`` writes them (`theory.engine.pages.site`). A page is put together from the entry
of the paper in ``papers.toml``, the docstring of its package, its claims, its losses (`theory.engine.conformance`) and
the public names of its modules, whose docstrings Sphinx reads itself. `theory.engine.pages.extension` is what Sphinx
needs beside: formulas as MathML, so that a page loads nothing from elsewhere, and links from names to what they name.

All but the extension is pure: objects in, text out.
"""
