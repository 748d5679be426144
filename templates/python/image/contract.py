"""What SageMaker gives a container, and what it expects of one."""

import csv
import json
import os
from pathlib import Path

# SageMaker's tree is at /opt/ml; another folder where several containers share one file system.
BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
# The port to listen on: 8080 unless SageMaker gives another.
PORT = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
MODEL_FILE = BASE / "model" / "model.json"


class TrainingFailure(Exception):
    """Why training cannot go on; the text is for the person who reads the job's FailureReason."""


def read_hyperparameters(defaults):
    """All values are text, some SDKs put JSON quotes around them, and SageMaker's own begin with sagemaker_."""
    given = json.loads((BASE / "input/config/hyperparameters.json").read_text())
    values = dict(defaults)
    for name, text in given.items():
        if name.startswith(("sagemaker_", "_")):
            continue
        if name not in defaults:
            raise TrainingFailure(f'Unknown hyperparameter "{name}"; known are {", ".join(defaults)}')
        try:
            values[name] = type(defaults[name])(text.strip('"'))
        except ValueError:
            raise TrainingFailure(f'Hyperparameter "{name}" is {text}, expected a number') from None
    return values


def read_channels():
    """The CSV files of every channel, whatever the channels are called: column names and rows of numbers, the label last."""
    channels = list(json.loads((BASE / "input/config/inputdataconfig.json").read_text()))
    files = [file for channel in channels for file in sorted((BASE / "input/data" / channel).glob("*.csv"))]
    if not files:
        raise TrainingFailure(f"No .csv file in any channel ({', '.join(channels) or 'the job has none'})")
    columns, rows = None, []
    for file in files:
        with file.open(newline="") as opened:
            reader = csv.reader(opened)
            header = next(reader, [])
            columns = columns or header
            for row in reader:
                try:
                    rows.append([float(value) for value in row])
                except ValueError:
                    raise TrainingFailure(f"{file}:{reader.line_num}: expected numbers") from None
                if len(row) != len(columns):
                    raise TrainingFailure(f"{file}:{reader.line_num}: expected {len(columns)} values")
    return columns, rows


def write_failure(text):
    """SageMaker shows the first 1024 characters of this file as the job's FailureReason."""
    (BASE / "output").mkdir(parents=True, exist_ok=True)
    (BASE / "output" / "failure").write_text(text[:1024])
