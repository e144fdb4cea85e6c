"""One environment builds one tree: the order, its key, the recipe, the sandbox, the run, the store of results."""
