"""What a run found: table, JSON, JUnit and HTML, all rendered from one JSON document."""
