"""Sphinx configuration; `make docs` writes the pages of papers before it builds (`theory.engine.pages`)."""

# ruff: noqa: INP001

from importlib import metadata

project = "lossproof"
copyright = "The lossproof developers"  # noqa: A001 - the name that Sphinx reads
release = metadata.version("lossproof")

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "theory.engine.pages.extension"]
default_role = "py:obj"  # a name in single backticks is a link where it is known
add_module_names = False
python_use_unqualified_type_names = True
python_display_short_literal_types = True
toc_object_entries_show_parents = "hide"
maximum_signature_line_length = 88
smartquotes = False  # options begin with two hyphens

autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = "lossproof"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["lossproof.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
