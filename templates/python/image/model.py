"""Logistic regression on standardised columns: put your own model here. train calls epochs_of() and save(), the predictor load()."""

import json
import math

from contract import MODEL_FILE


def _sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def epochs_of(columns, rows, learning_rate):
    """Yields a model and its loss after every epoch, each better than the one before."""
    features = columns[:-1]
    labels = [row[-1] for row in rows]
    mean = [sum(row[at] for row in rows) / len(rows) for at in range(len(features))]
    scale = [math.sqrt(sum((row[at] - mean[at]) ** 2 for row in rows) / len(rows)) or 1.0 for at in range(len(features))]
    inputs = [[(row[at] - mean[at]) / scale[at] for at in range(len(features))] for row in rows]
    weights, bias = [0.0] * len(features), 0.0
    while True:
        loss, slope, bias_slope = 0.0, [0.0] * len(features), 0.0
        for values, label in zip(inputs, labels):
            probability = _sigmoid(bias + sum(value * weight for value, weight in zip(values, weights)))
            loss -= math.log(max(1e-12, probability if label == 1 else 1 - probability))
            for at, value in enumerate(values):
                slope[at] += (probability - label) * value
            bias_slope += probability - label
        weights = [weight - learning_rate * step / len(inputs) for weight, step in zip(weights, slope)]
        bias -= learning_rate * bias_slope / len(inputs)
        yield {"features": features, "mean": mean, "scale": scale, "weights": weights, "bias": bias}, loss / len(inputs)


def save(model):
    MODEL_FILE.write_text(json.dumps(model))


class Model:
    """What train saved; `width` is the number of values a row has to have."""

    def __init__(self, saved):
        self.width = len(saved["features"])
        self._saved = saved

    def predict(self, row):
        """The probability that the row's label is 1."""
        saved = self._saved
        return _sigmoid(saved["bias"] + sum((value - m) / s * w for value, m, s, w in zip(row, saved["mean"], saved["scale"], saved["weights"])))


def load():
    return Model(json.loads(MODEL_FILE.read_text()))
