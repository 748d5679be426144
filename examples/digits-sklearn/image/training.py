import sys
import traceback

import numpy

from contract import TrainingFailure, channel_folder, read_hyperparameters, write_failure
from estimator import make_estimator
from model import export_model
from table import read_table


def train() -> None:
    # Every so many-th row of the channel is kept from the fit, to validate on.
    every = int(read_hyperparameters({"validation_every": 5})["validation_every"])
    if every < 2:
        raise TrainingFailure(f'Hyperparameter "validation_every" is {every}, expected 2 or more')
    images, labels = read_table(channel_folder("train"))
    # The estimator learns positions in the list of digits, not the digits themselves.
    positions = numpy.searchsorted(numpy.unique(labels), labels)
    validates = numpy.arange(len(labels)) % every == every - 1
    print(f"{(~validates).sum()} rows to fit, {validates.sum()} to validate, {images.shape[1]} pixels")

    estimator = make_estimator().fit(images[~validates], positions[~validates])
    for name, rows in (("train", ~validates), ("validation", validates)):
        print(f"{name}:accuracy={estimator.score(images[rows], positions[rows]):.4f};")
    export_model(estimator, labels)
    print("Model written")


def main() -> None:
    try:
        train()
    except Exception as error:
        traceback.print_exc()
        write_failure(str(error))
        sys.exit(1)
