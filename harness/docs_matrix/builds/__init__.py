"""One environment builds one tree: the order, its key, the recipe, the scratch folder, the run, the store of results."""
