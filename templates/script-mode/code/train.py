"""
What the training toolkit of AWS's images runs: `python train.py --epochs 200 …`.

The toolkit, not SageMaker, sets the SM_… variables; their defaults are where SageMaker puts things.
"""

import argparse
import csv
import json
import math
import os
import shutil
import signal
import sys
from pathlib import Path

stopping = False


def stop(_signal, _frame):
    """SageMaker stops a job with SIGTERM and kills it 120 s later: what is there by then is kept."""
    global stopping
    stopping = True


def arguments():
    parser = argparse.ArgumentParser()
    # Hyperparameters arrive as text and as arguments.
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--learning_rate", type=float, default=0.1)
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR", "/opt/ml/model"))
    parser.add_argument("--input-dir", default=os.environ.get("SM_INPUT_DIR", "/opt/ml/input"))
    # Others may be SageMaker's own.
    return parser.parse_known_args()[0]


def read_rows(input_dir):
    """The CSV files of every channel, whatever the channels are called: column names and rows of numbers, the label last."""
    files = sorted(Path(input_dir, "data").glob("*/*.csv"))
    if not files:
        sys.exit(f"No .csv file in any channel below {input_dir}/data")
    columns, rows = [], []
    for file in files:
        with file.open(newline="") as opened:
            reader = csv.reader(opened)
            columns = next(reader, [])
            rows += [[float(value) for value in row] for row in reader]
    return columns, rows


def train(columns, rows, epochs, learning_rate):
    """Logistic regression on standardised columns: put your own model here."""
    width = len(columns) - 1
    mean = [sum(row[at] for row in rows) / len(rows) for at in range(width)]
    scale = [math.sqrt(sum((row[at] - mean[at]) ** 2 for row in rows) / len(rows)) or 1.0 for at in range(width)]
    inputs = [[(row[at] - mean[at]) / scale[at] for at in range(width)] for row in rows]
    weights, bias = [0.0] * width, 0.0
    for epoch in range(1, epochs + 1):
        loss, slope, bias_slope = 0.0, [0.0] * width, 0.0
        for values, row in zip(inputs, rows):
            probability = 1 / (1 + math.exp(-bias - sum(value * weight for value, weight in zip(values, weights))))
            loss -= math.log(max(1e-12, probability if row[-1] == 1 else 1 - probability))
            slope = [total + (probability - row[-1]) * value for total, value in zip(slope, values)]
            bias_slope += probability - row[-1]
        weights = [weight - learning_rate * step / len(rows) for weight, step in zip(weights, slope)]
        bias -= learning_rate * bias_slope / len(rows)
        if stopping or epoch == epochs or epoch % max(1, epochs // 10) == 0:
            print(f"epoch={epoch}; loss={loss / len(rows):.6f};", flush=True)
        if stopping:
            break
    return {"mean": mean, "scale": scale, "weights": weights, "bias": bias}


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    given = arguments()
    model = train(*read_rows(given.input_dir), given.epochs, given.learning_rate)
    Path(given.model_dir, "model.json").write_text(json.dumps(model))
    # The inference image looks for its code in the model's archive.
    code = Path(given.model_dir, "code")
    code.mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("inference.py"), code)
