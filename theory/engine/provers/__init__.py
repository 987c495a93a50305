"""Methods of deciding, one family a module; each answers `theory.engine.evidence.Prover`."""
