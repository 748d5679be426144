"""What the inference toolkit of AWS's images calls: load once, then read, predict and write every request."""

import json
import math
from pathlib import Path

try:
    from sagemaker_inference.errors import GenericInferenceToolkitError
except ImportError:  # Images of the older library know no status: every error is a 500 there.
    def GenericInferenceToolkitError(_status, message):
        return ValueError(message)


def model_fn(model_dir):
    return json.loads(Path(model_dir, "model.json").read_text())


def input_fn(body, content_type):
    text = body.decode() if isinstance(body, bytes) else body
    # `Text/CSV; charset=utf-8` is text/csv.
    media_type = (content_type or "").split(";")[0].strip().lower()
    if media_type not in ("text/csv", "application/json"):
        raise GenericInferenceToolkitError(415, f'Content-Type "{content_type}" is unknown, expected text/csv or application/json')
    try:
        if media_type == "text/csv":
            return [[float(value) for value in line.split(",")] for line in text.strip().split("\n")]
        return json.loads(text)["instances"]
    except (ValueError, TypeError, KeyError) as error:
        raise GenericInferenceToolkitError(400, f"Cannot read the rows: {error}") from error


def predict_fn(rows, model):
    """The probability that a row's label is 1."""
    parts = (model["mean"], model["scale"], model["weights"])
    return [1 / (1 + math.exp(-model["bias"] - sum((value - m) / s * w for value, m, s, w in zip(row, *parts)))) for row in rows]


def output_fn(predictions, accept):
    if (accept or "").split(";")[0].strip().lower() == "text/csv":
        return "".join(f"{value}\n" for value in predictions)
    return json.dumps({"predictions": predictions})
