"""Statements as objects: what is claimed, for which values; the scope is read off them and can never be wider."""
