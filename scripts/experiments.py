"""Train every network that the lesson compares, with several seeds on all images, and keep a table.

What an episode shows in one run may be luck. Sentences that call one network better than another
rest on the tables made here:

    python experiments.py [--folder ../data/full_size] [EXPERIMENT ...]

Each experiment becomes one CSV file with a row per training and epoch. A training that is already
in the file is not run again, so a run that was stopped goes on where it was; nor is one that
another table holds. Without names, all experiments run; on two cores that takes about three hours.
"""

import argparse
import csv
import os
import runpy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

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
        create: function that builds the network.
        arguments: of that function, by name.
        epochs, batch_size: as for `fit`.
        images: how many training images it learns from; None for all 40,000.
        optimizer: class of the optimiser.
        settings: arguments of the optimiser, by name.
    """

    create: Callable[..., keras.Model]
    epochs: int = 5
    batch_size: int = 64
    images: int | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    optimizer: type[keras.optimizers.Optimizer] = keras.optimizers.Adam
    settings: dict[str, Any] = field(default_factory=dict)

    def begins(self, other: "Training") -> bool:
        """True if its epochs are the first ones of the other training, whose seed is the same."""
        return self.epochs <= other.epochs and replace(self, epochs=other.epochs) == other


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


def create_schedule(largest_rate: float, steps: int) -> keras.optimizers.schedules.CosineDecay:
    """The schedule of episode 10: a tenth of the steps to warm up, then down to zero."""
    warmup_steps = steps // 10
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=largest_rate / 10,
        warmup_target=largest_rate,
        warmup_steps=warmup_steps,
        decay_steps=steps - warmup_steps,
    )


# The experiments: name of the file -> name of the network -> how it is trained


def experiments() -> dict[str, dict[str, Training]]:
    """Everything that is measured."""
    rates = {
        f"{rate:g}": Training(create_intro, settings={"learning_rate": rate})
        for rate in LEARNING_RATES
    }
    dropout = {
        f"{rate:g}": Training(create_dropout, 10, arguments={"rate": rate})
        for rate in DROPOUT_RATES
    }
    activations = {"relu": Training(create_intro)} | {
        str(name).lower(): Training(create_intro, arguments={"activation": name})
        for name in ACTIVATIONS
    }
    optimizers = {make.__name__: Training(create_intro, optimizer=make) for make in OPTIMIZERS}
    schedule = {"learning_rate": create_schedule(0.004, steps=5 * 625)}
    schedules = {
        "Adam": Training(create_intro),
        "Adam with schedule": Training(create_intro, settings=schedule),
        "Nadam": Training(create_intro, optimizer=keras.optimizers.Nadam),
        "Nadam with schedule": Training(
            create_intro, optimizer=keras.optimizers.Nadam, settings=schedule
        ),
        "AdamW": Training(create_intro, optimizer=keras.optimizers.AdamW),
    }
    regularised = {
        name: Training(create_dropout, 10, arguments=arguments)
        for name, arguments in REGULARISED.items()
    }
    few = {
        "intro": Training(create_intro, 30, images=2000),
        "dropout": Training(create_dropout, 30, images=2000),
    }
    compared = {
        "intro": Training(create_intro, 10),
        "dropout": Training(create_dropout, 10, arguments={"rate": 0.5}),
        "dense": Training(create_dense, 10),
    }
    return {
        "networks": compared,
        "few_images": few,
        "learning_rates": rates,
        "dropout_rates": dropout,
        "activations": activations,
        "optimizers": optimizers,
        "schedules": schedules,
        "regularisation": regularised,
    }


LEARNING_RATES = (0.00001, 0.0001, 0.001, 0.01, 0.1)
DROPOUT_RATES = (0, 0.2, 0.35, 0.5, 0.65, 0.8)
ACTIVATIONS = ("sigmoid", "tanh", "leaky_relu", None)  # and relu, which the network has
OPTIMIZERS = (keras.optimizers.SGD, keras.optimizers.RMSprop, keras.optimizers.Adam)
REGULARISED = {
    "none": {"rate": 0},
    "dropout": {"rate": 0.5},
    "batch normalisation": {"rate": 0, "normalise": True},
    "augmentation": {"rate": 0, "augment": True},
    "batch normalisation and augmentation": {"rate": 0, "normalise": True, "augment": True},
    "all three": {"normalise": True, "augment": True},
}


@cache
def data() -> tuple[np.ndarray, ...]:
    """CIFAR-10, prepared as in the episodes.

    Returns: training and validation images (n, 32, 32, 3), float32 from 0 to 1, then training and
        validation labels (n, 10), one-hot.
    """
    runpy.run_path(str(HERE.parent / "data" / "cifar10_source.py"))["prepare"]()
    (images, labels), _ = keras.datasets.cifar10.load_data()
    labels = keras.utils.to_categorical(labels, num_classes=CLASSES)
    return train_test_split(images.astype("float32") / 255, labels, test_size=0.2, random_state=42)


def train(training: Training, seed: int) -> Iterator[dict[str, float]]:
    """Train once.

    Returns: iterator of a dict per epoch, with the last seven of COLUMNS but for "seed".
    """
    train_images, val_images, train_labels, val_labels = data()
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    model = training.create(**training.arguments)
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=training.optimizer(**training.settings),
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


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a table; none if there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kept(training: Training, seed: int, folder: Path) -> list[dict[str, str]]:
    """The epochs of a training run that some table holds, or a longer run's first ones."""
    for name, trainings in experiments().items():
        for network, other in trainings.items():
            if training.begins(other):
                rows = [
                    row
                    for row in rows_of(folder / f"{name}.csv")
                    if row["network"] == network and int(row["seed"]) == seed
                ]
                if rows:
                    return rows[: training.epochs]
    return []


def run(name: str, folder: Path) -> None:
    """Run an experiment's trainings that no table holds yet; a row per epoch."""
    path = folder / f"{name}.csv"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        path.write_text(",".join(COLUMNS) + "\n", "utf-8")
    done = {(row["network"], int(row["seed"])) for row in rows_of(path)}
    for seed in SEEDS:
        for network, training in experiments()[name].items():
            if (network, seed) in done:
                continue
            epochs = kept(training, seed, folder) or train(training, seed)
            rows = [{**row, "network": network, "seed": seed} for row in epochs]
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
