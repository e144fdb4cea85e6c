"""`python -m docs_matrix` is the command `docs-matrix`."""

from docs_matrix.cli.main import run

if __name__ == "__main__":
    run()
