"""`python -m harness` is the command `docs-matrix`."""

from harness.cli import run

if __name__ == "__main__":
    run()
