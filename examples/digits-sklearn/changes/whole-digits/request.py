"""What a request may look like: CSV or JSON, one image a row, 64 pixels of 0-16."""

import json
from typing import Any

import numpy

from table import pixels


class BadRequest(Exception):
    """What the caller has to change; the text says what was expected."""


def _checked(row: list[Any], where: str) -> list[int]:
    if len(row) != pixels:
        raise BadRequest(f"{where} has {len(row)} values, expected {pixels}")
    for cell in row:
        if not str(cell).strip().isdigit() or int(cell) > 16:
            raise BadRequest(f"{where}: {json.dumps(cell)} is not a whole number of 0-16")
    return _whole([int(cell) for cell in row])


def _whole(row: list[int]) -> list[int]:
    """A digit with ink at the left or right edge was cut off by the scanner: it has to be scanned again."""
    edges = [row[line * 8 + column] for line in range(8) for column in (0, 7)]
    if any(edges):
        raise ValueError("The digit touches the edge of its image")
    return row


def parse_csv(text: str) -> numpy.ndarray:
    """One image a line."""
    lines = text.strip().splitlines()
    if not lines:
        raise BadRequest("There is no row")
    return numpy.array([_checked(line.split(","), f"Line {number}") for number, line in enumerate(lines, start=1)])


def parse_json(text: str) -> numpy.ndarray:
    """`{"instances": [[…], …]}`."""
    try:
        body = json.loads(text)
    except ValueError as error:
        raise BadRequest(f"The body is not JSON: {error}") from None
    instances = body.get("instances") if isinstance(body, dict) else None
    if not isinstance(instances, list) or not instances or not all(isinstance(row, list) for row in instances):
        raise BadRequest('Expected {"instances": [[…], …]} with at least one row')
    return numpy.array([_checked(row, f"instances[{index}]") for index, row in enumerate(instances)])
