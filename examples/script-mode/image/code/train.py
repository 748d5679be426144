"""Logistic regression by mini-batches, as a script: hyperparameters are arguments, folders are SM_ variables."""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

import numpy


def read_channel(folder: Path) -> tuple[numpy.ndarray, numpy.ndarray]:
    """CSV with a header; the last column is the label, 0 or 1."""
    table = numpy.concatenate([numpy.loadtxt(file, delimiter=",", skiprows=1) for file in sorted(folder.glob("*.csv"))])
    return table[:, :-1], table[:, -1]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("-k", type=int, default=5, help="every k-th row validates")
    arguments, _ = parser.parse_known_args()

    rows, labels = read_channel(Path(os.environ["SM_CHANNEL_TRAIN"]))
    validates = numpy.arange(len(rows)) % arguments.k == arguments.k - 1
    mean, deviation = rows[~validates].mean(axis=0), rows[~validates].std(axis=0)
    seen = numpy.hstack([(rows - mean) / deviation, numpy.ones((len(rows), 1))])

    weights = numpy.zeros(seen.shape[1])
    fit, fit_labels = seen[~validates], labels[~validates]
    for epoch in range(50):
        for first in range(0, len(fit), arguments.batch_size):
            batch = slice(first, first + arguments.batch_size)
            error = 1 / (1 + numpy.exp(-fit[batch] @ weights)) - fit_labels[batch]
            weights -= arguments.lr * fit[batch].T @ error / len(error)
    right = ((seen[validates] @ weights > 0) == labels[validates]).mean()
    print(f"validation:accuracy={right:.4f};")

    model = Path(os.environ["SM_MODEL_DIR"])
    (model / "model.json").write_text(json.dumps({"mean": mean.tolist(), "deviation": deviation.tolist(), "weights": weights.tolist()}))
    # Where the inference toolkit looks for the script that serves.
    (model / "code").mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("inference.py"), model / "code")

    # What a script is told, to look it up when something is missing.
    told = {"arguments": sys.argv[1:], "environment": {name: value for name, value in os.environ.items() if name.startswith("SM_")}}
    (Path(os.environ["SM_OUTPUT_DATA_DIR"]) / "told.json").write_text(json.dumps(told, indent=2, sort_keys=True))


if __name__ == "__main__":
    main()
