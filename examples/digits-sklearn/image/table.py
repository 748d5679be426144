"""Reads the training channel: CSV without a header, 64 pixels of 0-16, then the digit."""

from pathlib import Path

import numpy

from contract import TrainingFailure

pixels = 64


def read_table(folder: Path) -> tuple[numpy.ndarray, numpy.ndarray]:
    """All `.csv` files of a channel, in the order of their names: images, one a row, and the digit of each."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise TrainingFailure(f'Channel folder {folder} holds no .csv file: give the job a channel "{folder.name}"')
    rows = []
    for file in files:
        for number, line in enumerate(file.read_text().split(), start=1):
            cells = line.split(",")
            if len(cells) != pixels + 1 or not all(cell.isdigit() for cell in cells):
                raise TrainingFailure(f"{file.name}:{number}: expected {pixels + 1} whole numbers, 0 or more")
            rows.append([int(cell) for cell in cells])
    table = numpy.array(rows)
    return table[:, :-1], table[:, -1]
