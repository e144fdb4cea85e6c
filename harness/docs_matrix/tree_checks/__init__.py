"""Tree checks: commands beside the builds that read the source. Each runs once for each version of a tree."""
