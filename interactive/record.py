"""Write what the interactive figures show into interactive/recorded/.

    CIFAR10_FOLDER=… TF_ENABLE_ONEDNN_OPTS=1 python interactive/record.py [--train]

Everything comes from the network that the lesson ships, data/model_best.keras, and from data/. Only
the answers after each epoch need a training run of their own, about a minute; without --train those
that are there stay. `python interactive` then makes the figures; it needs neither TensorFlow nor
the images.
"""

import argparse
import base64
import hashlib
import io
import json
import os
import runpy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # the same kernels on every processor

import keras
import numpy as np
from PIL import Image
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RECORDED = HERE / "recorded"
MODEL = ROOT / "data" / "model_best.keras"
CLASSES = 10
# Two or three of each class. The network is wrong about eight: more of them would be unfair, fewer
# would hide how sure it can be when it's wrong.
SHOWN = (
    *(0, 1, 13, 52, 9, 40, 4, 2, 11, 67, 84, 267),
    *(39, 109, 111, 106, 82, 182, 41, 8, 92, 171, 150, 212),
)
# Validation images that the network gets right. Episode 11 shows the first two; of the others, one
# where all colours of a patch find the same place, and one where black is the exception.
COVERED = {"Car": 108, "Ship": 156, "Airplane": 20, "Frog": 49}
EPOCHS = 5
CAT_SIZE = (150, 100)  # columns, rows; a third of data/cat.png


def test_set() -> tuple[np.ndarray, np.ndarray]:
    """CIFAR-10's test images, from 0 to 255, and their class numbers."""
    runpy.run_path(str(ROOT / "data" / "cifar10_source.py"))["prepare"]()
    _, (images, labels) = keras.datasets.cifar10.load_data()
    return images, labels.flatten()


def validation_set() -> tuple[np.ndarray, np.ndarray]:
    """The validation images, from 0 to 255, and their class numbers, split as in the episodes."""
    runpy.run_path(str(ROOT / "data" / "cifar10_source.py"))["prepare"]()
    (images, labels), _ = keras.datasets.cifar10.load_data()
    _, kept, _, kept_labels = train_test_split(images, labels, test_size=0.2, random_state=42)
    return kept, kept_labels.flatten()


def answers(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The probability of each class, a row per image."""
    return model.predict(images.astype("float32") / 255, batch_size=500, verbose=0)


def compressed(values: np.ndarray) -> dict[str, Any]:
    """Weights with 8 bits each, and for each of the last axis what they are multiplied by."""
    scales = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0) / 127
    whole = np.round(values / scales).astype("int8")
    return {
        "shape": list(values.shape),
        "scales": [float(f"{scale:.6g}") for scale in scales],
        "weights": base64.b64encode(whole.tobytes()).decode("ascii"),
    }


def network(model: keras.Model) -> dict[str, Any]:
    """The network's parameters, for network.js, and the digest of the file they come from."""
    parts = [layer.get_weights() for layer in model.layers if layer.get_weights()]
    return {
        "sha256": hashlib.sha256(MODEL.read_bytes()).hexdigest(),
        "layers": [
            {**compressed(kernel), "biases": [float(f"{bias:.6g}") for bias in biases]}
            for kernel, biases in parts
        ],
    }


def sheet(images: Sequence[np.ndarray], across: int) -> Image.Image:
    """Small images side by side, as one."""
    down = -(-len(images) // across)
    whole = Image.new("RGB", (32 * across, 32 * down))
    for place, image in enumerate(images):
        whole.paste(Image.fromarray(image), (place % across * 32, place // across * 32))
    return whole


def webp(image: Image.Image, quality: int, lossless: bool = False) -> bytes:
    """An image as the content of a WebP file."""
    file = io.BytesIO()
    image.save(file, "webp", quality=quality, method=6, lossless=lossless)
    return file.getvalue()


def shown_answers(
    history: Sequence[np.ndarray], final: np.ndarray, labels: np.ndarray
) -> dict[str, Any]:
    """What the network answers to the images that are shown, after each epoch.

    Args:
        history: for each epoch but the last, the answers to these images.
        final: the shipped network's answers to all images.
        labels: class numbers of all images.
    """
    whole = [*history, final[list(SHOWN)]]
    return {
        "images": list(SHOWN),
        "labels": [int(labels[index]) for index in SHOWN],
        "answers": [np.round(1000 * one).astype(int).tolist() for one in whole],
    }


def history_of_training(images: np.ndarray) -> list[np.ndarray]:
    """Train as episode 5 does; answers to the images that are shown, before each epoch.

    The weights are kept, and asked afterwards: predicting in between would deal out other batches.
    """
    experiments = runpy.run_path(str(ROOT / "scripts" / "experiments.py"), run_name="experiments")
    train_images, _, train_labels, _ = experiments["data"]()
    keras.utils.set_random_seed(42)
    model = experiments["create_dropout"]()
    model.compile(loss=keras.losses.CategoricalCrossentropy(), optimizer=keras.optimizers.Adam())
    kept: list[Any] = []
    keep = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: kept.append(model.get_weights())
    )
    model.fit(train_images, train_labels, batch_size=64, epochs=EPOCHS, callbacks=[keep], verbose=2)
    found = []
    for weights in kept:
        model.set_weights(weights)
        found.append(answers(model, images[list(SHOWN)]))
    return found


def confusion(labels: np.ndarray, given: np.ndarray) -> tuple[dict[str, Any], list[int]]:
    """How often each class got each answer, with the numbers of a few images for each pair.

    Returns: what is recorded, and the images of the sheet in its order.
    """
    predicted = given.argmax(axis=1)
    matrix = np.zeros((CLASSES, CLASSES), int)
    np.add.at(matrix, (labels, predicted), 1)
    cells, chosen = [], []
    for true in range(CLASSES):
        for said in range(CLASSES):
            here = np.flatnonzero((labels == true) & (predicted == said))
            # the first ones, as they come: nobody chose them
            some = here[: 4 if len(here) >= 100 and true != said else 2].tolist()
            cells.append([len(chosen), len(some)])
            chosen += some
    sure = [round(100 * float(given[index].max())) for index in chosen]
    return {"matrix": matrix.tolist(), "cells": cells, "images": chosen, "sure": sure}, chosen


def write_json(name: str, content: dict[str, Any]) -> None:
    """Write one file of recorded/, with a line per entry."""
    entries = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
    text = "{\n" + ",\n".join(entries) + "\n}\n"
    (RECORDED / f"{name}.json").write_text(text, "utf-8")


def main() -> None:
    """Write everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--train", action="store_true", help="record a training run anew")
    train = parser.parse_args().train
    RECORDED.mkdir(exist_ok=True)
    images, labels = test_set()
    model = keras.models.load_model(MODEL)
    given = answers(model, images)
    write_json("network", network(model))
    if train:
        history = history_of_training(images)
    else:
        before = json.loads((RECORDED / "answers.json").read_text("utf-8"))["answers"]
        history = [np.array(one) / 1000 for one in before[:EPOCHS]]
    write_json("answers", shown_answers(history, given, labels))
    matrix, chosen = confusion(labels, given)
    write_json("confusion", matrix)
    shown = sheet([images[index] for index in SHOWN], across=6)
    (RECORDED / "answers.webp").write_bytes(webp(shown, 80))
    (RECORDED / "confusion.webp").write_bytes(webp(sheet(images[chosen], across=12), 50))
    # without losses, so that the answers are those of the episode
    covered = sheet(list(validation_set()[0][list(COVERED.values())]), across=len(COVERED))
    (RECORDED / "occlusion.webp").write_bytes(webp(covered, 100, lossless=True))
    write_json("occlusion", {"names": list(COVERED), "images": list(COVERED.values())})
    cat = Image.open(ROOT / "data" / "cat.png").convert("RGB")
    small = cat.resize(CAT_SIZE, Image.Resampling.BOX)
    (RECORDED / "cat.webp").write_bytes(webp(small, 80))


if __name__ == "__main__":
    main()
