"""The model as it lies in the archive: the estimator answers with a position, `classes` tells the digit at it."""

from dataclasses import dataclass
from typing import Any

import joblib
import numpy

from contract import model_folder

_file = model_folder / "model.joblib"


@dataclass(frozen=True)
class Model:
    estimator: Any
    classes: list[int]

    def digits(self, images: numpy.ndarray) -> list[int]:
        return [self.classes[position] for position in self.estimator.predict(images)]


def export_model(estimator: Any, labels: numpy.ndarray) -> None:
    """Writes what `train` learnt to where SageMaker collects it."""
    model_folder.mkdir(parents=True, exist_ok=True)
    joblib.dump({"estimator": estimator, "classes": numpy.unique(labels).tolist()}, _file)


def load_model() -> Model:
    return Model(**joblib.load(_file))
