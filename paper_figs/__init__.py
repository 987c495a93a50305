"""Figures and tables of the papers, one module each: ``data`` computes, ``draw`` draws."""
