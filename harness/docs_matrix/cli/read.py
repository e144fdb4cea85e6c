"""The verb `read`: print the content of a report of the 0-day robot, as data."""

from __future__ import annotations

import argparse

from docs_matrix.cli import options, robot_report
from docs_matrix.cli.printing import print_json, print_lines
from docs_matrix.reports import robot_summary
from docs_matrix.robot.report import document

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix read report.txt --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    options.add_report(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the content of a robot's report, and return the exit status."""
    reading = robot_report.read_file(args.report)
    if args.json:
        print_json(document(reading))
    else:
        print_lines(robot_summary.lines(reading))
    return 0
