"""Train every network that the lesson compares, with several seeds on all images, and keep a table.

What an episode shows in one run may be luck. Sentences that call one network better than another
rest on the tables made here:

    python experiments.py [--folder ../data/full_size] [EXPERIMENT ...]

Each experiment becomes one CSV file with a row per training and epoch. A training that is already
in the file is not run again, so a run that was stopped goes on where it was. Without names, all
experiments run; on two cores that takes about two hours.
"""

import argparse
import csv
import os
import runpy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # the same kernels on every processor

import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent
SEEDS = (1, 2, 3)
CLASSES = 10
COLUMNS = ("network", "seed", "epoch", "accuracy", "loss", "val_accuracy", "val_loss", "seconds")


@dataclass(frozen=True)
class Training:
    """One way to train one network.

    Attributes:
        create: function without arguments that builds the network.
        epochs, batch_size: as for `fit`.
        images: how many training images it learns from; None for all 40,000.
        optimizer: function without arguments that makes a new optimiser.
    """

    create: Callable[[], keras.Model]
    epochs: int = 5
    batch_size: int = 64
    images: int | None = None
    optimizer: Callable[[], keras.optimizers.Optimizer] = field(default=keras.optimizers.Adam)


# The networks. With default arguments they are those of the episodes, as a test makes sure.


def create_intro(activation: str | None = "relu") -> keras.Model:
    """The network of the introduction, with another activation in its hidden layers if asked."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation=activation)(inputs)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=32, kernel_size=(3, 3), activation=activation)(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Flatten()(hidden)
    hidden = layers.Dense(units=64, activation=activation)(hidden)
    outputs = layers.Dense(units=CLASSES, activation="softmax")(hidden)
    return keras.Model(inputs, outputs)


def create_dropout(
    rate: float = 0.5, normalise: bool = False, augment: bool = False
) -> keras.Model:
    """The network with dropout, with batch normalisation and augmentation if asked.

    Args:
        rate: of the dropout layer; 0 leaves it out.
        normalise: True for batch normalisation between each convolution and its ReLU.
        augment: True for random flips and small shifts of the images.
    """
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = inputs
    if augment:
        hidden = layers.RandomFlip("horizontal")(hidden)
        hidden = layers.RandomTranslation(0.1, 0.1)(hidden)
    for filters, pooled in ((16, True), (32, True), (64, False)):
        if normalise:
            hidden = layers.Conv2D(filters=filters, kernel_size=(3, 3))(hidden)
            hidden = layers.BatchNormalization()(hidden)
            hidden = layers.ReLU()(hidden)
        else:
            hidden = layers.Conv2D(filters=filters, kernel_size=(3, 3), activation="relu")(hidden)
        if pooled:
            hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    if rate:
        hidden = layers.Dropout(rate=rate)(hidden)
    hidden = layers.Flatten()(hidden)
    outputs = layers.Dense(units=CLASSES, activation="softmax")(hidden)
    return keras.Model(inputs, outputs)


def create_dense() -> keras.Model:
    """The network without a convolution."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = layers.Flatten()(inputs)
    hidden = layers.Dense(units=128, activation="relu")(hidden)
    hidden = layers.Dense(units=64, activation="relu")(hidden)
    outputs = layers.Dense(units=CLASSES, activation="softmax")(hidden)
    return keras.Model(inputs, outputs)


def adam(rate: float) -> Callable[[], keras.optimizers.Optimizer]:
    """A function that makes an Adam optimiser with this learning rate."""
    return lambda: keras.optimizers.Adam(learning_rate=rate)


# The experiments: name of the file -> name of the network -> how it is trained


def experiments() -> dict[str, dict[str, Training]]:
    """Everything that is measured."""
    rates = {f"{rate:g}": Training(create_intro, optimizer=adam(rate)) for rate in LEARNING_RATES}
    dropout = {
        f"{rate:g}": Training(lambda r=rate: create_dropout(r), 10) for rate in DROPOUT_RATES
    }
    activations = {
        str(name).lower(): Training(lambda a=name: create_intro(a)) for name in ACTIVATIONS
    }
    optimizers = {
        make.__name__: Training(create_intro, optimizer=make)
        for make in (keras.optimizers.SGD, keras.optimizers.RMSprop, keras.optimizers.Adam)
    }
    regularised = {
        "none": Training(lambda: create_dropout(0), 10),
        "dropout": Training(create_dropout, 10),
        "batch normalisation": Training(lambda: create_dropout(0, normalise=True), 10),
        "augmentation": Training(lambda: create_dropout(0, augment=True), 10),
        "all three": Training(lambda: create_dropout(0.5, True, True), 10),
    }
    few = {
        "intro": Training(create_intro, 30, images=2000),
        "dropout": Training(create_dropout, 30, images=2000),
    }
    compared = {
        "intro": Training(create_intro, 10),
        "dropout": Training(create_dropout, 10),
        "dense": Training(create_dense, 10),
    }
    return {
        "networks": compared,
        "few_images": few,
        "learning_rates": rates,
        "dropout_rates": dropout,
        "activations": activations,
        "optimizers": optimizers,
        "regularisation": regularised,
    }


LEARNING_RATES = (0.00001, 0.0001, 0.001, 0.01, 0.1)
DROPOUT_RATES = (0, 0.2, 0.35, 0.5, 0.65, 0.8)
ACTIVATIONS = ("relu", "sigmoid", "tanh", "leaky_relu", None)


@cache
def data() -> tuple[np.ndarray, ...]:
    """CIFAR-10, prepared as in the episodes.

    Returns: training and validation images (n, 32, 32, 3), float32 from 0 to 1, then training and
        validation labels (n, 10), one-hot.
    """
    runpy.run_path(str(HERE.parent / "data" / "cifar10_source.py"))["prepare"]()
    (images, labels), _ = keras.datasets.cifar10.load_data()
    labels = keras.utils.to_categorical(labels, num_classes=CLASSES)
    return train_test_split(
        images.astype("float32") / 255, labels, test_size=0.2, random_state=42
    )


def train(training: Training, seed: int) -> Iterator[dict[str, float]]:
    """Train once.

    Returns: iterator of a dict per epoch, with the last seven of COLUMNS but for "seed".
    """
    train_images, val_images, train_labels, val_labels = data()
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    model = training.create()
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=training.optimizer(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    for epoch in range(1, training.epochs + 1):
        start = time.perf_counter()
        history = model.fit(
            train_images[: training.images],
            train_labels[: training.images],
            batch_size=training.batch_size,
            initial_epoch=epoch - 1,
            epochs=epoch,
            validation_data=(val_images, val_labels),
            verbose=0,
        )
        measured = {name: round(values[-1], 4) for name, values in history.history.items()}
        yield {"epoch": epoch, **measured, "seconds": round(time.perf_counter() - start, 1)}


def run(name: str, folder: Path) -> None:
    """Run an experiment's trainings that are not in its file yet; a row per epoch."""
    path = folder / f"{name}.csv"
    folder.mkdir(parents=True, exist_ok=True)
    done = set()
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            done = {(row["network"], int(row["seed"])) for row in csv.DictReader(file)}
    else:
        path.write_text(",".join(COLUMNS) + "\n", "utf-8")
    for seed in SEEDS:
        for network, training in experiments()[name].items():
            if (network, seed) in done:
                continue
            rows = [{"network": network, "seed": seed, **row} for row in train(training, seed)]
            with path.open("a", encoding="utf-8", newline="") as file:  # whole trainings only
                csv.DictWriter(file, COLUMNS, lineterminator="\n").writerows(rows)
            print(name, network, f"seed {seed}:", rows[-1]["val_accuracy"], flush=True)


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="EXPERIMENT", help=", ".join(experiments()))
    parser.add_argument("--folder", type=Path, default=HERE.parent / "data" / "full_size")
    options = parser.parse_args()
    for name in options.names or experiments():
        run(name, options.folder)


if __name__ == "__main__":
    main()
