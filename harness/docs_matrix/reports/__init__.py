"""A run as JUnit, JSON, HTML, SARIF, Markdown, terminal text and mails."""
