"""Proofs as chains of rule steps: a small kernel of rules, its zero test and sign reasoning, replay from data."""
