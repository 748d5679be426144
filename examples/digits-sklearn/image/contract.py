"""What SageMaker lays out for a container: folders, port, hyperparameters."""

import json
import os
from pathlib import Path

base_folder = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
model_folder = base_folder / "model"
port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))


class TrainingFailure(Exception):
    """What the person who started the job has to change; the text says what was found and what was expected."""


def channel_folder(name: str) -> Path:
    return base_folder / "input" / "data" / name


def read_hyperparameters(defaults: dict[str, float]) -> dict[str, float]:
    """All values arrive as text, in quotes of their own where an SDK has encoded them as JSON."""
    file = base_folder / "input" / "config" / "hyperparameters.json"
    given = json.loads(file.read_text()) if file.exists() else {}
    known = dict(defaults)
    for name, text in given.items():
        if name.startswith("sagemaker_"):
            continue
        if name not in defaults:
            raise TrainingFailure(f'Unknown hyperparameter "{name}"; known are {", ".join(defaults)}')
        try:
            known[name] = float(text.strip('"'))
        except ValueError:
            raise TrainingFailure(f'Hyperparameter "{name}" is {json.dumps(text)}, expected a number') from None
    return known


def write_failure(text: str) -> None:
    """SageMaker shows the first 1024 characters as the job's FailureReason."""
    folder = base_folder / "output"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "failure").write_text(text)
