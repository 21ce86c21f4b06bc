"""Is a trained network worth more than training from scratch? Measure it over several draws.

Run it in this folder:

    python full_size_transfer.py [--weights efficientnet-lite0-57934424.pth] [SEED ...]

Each draw takes 60 images per class from CIFAR-10's training images to learn from, and 200 others
per class to judge with; the test images stay untouched. Every method sees the same images. The
tables go to ../data/full_size/transfer.csv and transfer_uneven.csv, with a note of how they were
made. A draw that is already in the table isn't run again; one takes about five minutes on two
cores. The weights file, as convert_backbone.py wants it, is needed for two rows only: what
ImageNet's own classes say without any training.
"""

import argparse
import ast
import hashlib
import json
import os
import platform
import runpy
import tempfile
from datetime import date
from pathlib import Path

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # the same kernels on every processor

import keras
import numpy as np
import pandas as pd
from keras import layers
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

HERE = Path(__file__).resolve()
BACKBONE = HERE.parents[1] / "data" / "efficientnet_lite0.keras"
RESULTS = HERE.parents[1] / "data" / "full_size"
SEEDS = (0, 1, 2, 3, 4)

CLASSES = {"cat": 3, "deer": 4, "dog": 5}  # with their numbers in CIFAR-10; in alphabetical order
LEARN = 60  # images per class
JUDGE = 200
SIZE = 160  # pixels, to which images are enlarged for the backbone

# The same three classes with few cats and many dogs, as in a collection that nobody planned
UNEVEN = {"cat": 12, "deer": 60, "dog": 108}

# As in episode 07
BATCH_SIZE = 16
HEAD_EPOCHS = 3
HEAD_RATE = 0.003
FINE_EPOCHS = 3
FINE_RATES = ("0.00001", "0.0001")  # the page's, and a tenth of Adam's usual one
FINE_FROM = "block12"  # the backbone's last five blocks, and what follows them
SCRATCH_EPOCHS = {32: 40, 160: 12}  # by size

# ImageNet's classes: five domestic cats, 118 breeds of dogs, and no deer. The nearest to deer are
# bighorn, ibex, hartebeest, impala and gazelle.
IMAGENET = {"cat": range(281, 286), "deer": range(349, 354), "dog": range(151, 269)}

# ---- images ----


def draw_images(train_images, train_labels, counts, seed):
    """Draw images to learn from, and others to judge with.

    Args:
        train_images: uint8 array of shape (images, 32, 32, 3).
        train_labels: array of as many class numbers of CIFAR-10.
        counts: dict from the name of a class to how many of its images to learn from.
        seed: int, a different draw for each.

    Returns: dict with "learn" and "judge", each a dict from the name of a class to its images.
    """
    rng = np.random.default_rng(seed)
    drawn = {"learn": {}, "judge": {}}
    for name, count in counts.items():
        places = rng.permutation(np.flatnonzero(train_labels == CLASSES[name]))
        drawn["learn"][name] = train_images[places[:count]]
        drawn["judge"][name] = train_images[places[count : count + JUDGE]]
    return drawn


def write_images(images_of_class, folder, size):
    """Write images into one subfolder per class, enlarged, as somebody's own images would lie.

    Args:
        images_of_class: dict from the name of a class to a uint8 array of its images.
        folder: Path.
        size: int, pixels of each side.
    """
    for name, images in images_of_class.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(images):
            large = Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC)
            large.save(folder / name / f"{number:03}.png")


def read_images(folder, size):
    """Read a folder with one subfolder per class.

    Returns: float32 array of shape (images, size, size, 3), values from 0 to 255, and an array of
        as many class numbers, in the alphabetical order of the subfolders.
    """
    dataset = keras.utils.image_dataset_from_directory(
        folder, image_size=(size, size), shuffle=False, verbose=False
    )
    images, labels = zip(*dataset.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def make_images(drawn, size):
    """Write a draw to a folder and read it again.

    Returns: dict with "learn" and "judge", each a pair as `read_images` returns it.
    """
    with tempfile.TemporaryDirectory() as folder:
        for part, images_of_class in drawn.items():
            write_images(images_of_class, Path(folder) / part, size)
        return {part: read_images(Path(folder) / part, size) for part in drawn}


# ---- networks ----


def compile_model(model, learning_rate=0.001):
    """Compile for class numbers as labels, with Adam, at its usual rate unless another is given."""
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(),
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
        metrics=["accuracy"],
    )


def create_extractor(backbone):
    """The backbone with its feature maps averaged: 1,280 numbers per image."""
    return keras.Sequential([backbone, layers.GlobalAveragePooling2D()])


def create_head():
    """The new part: from 1,280 features to a probability per class."""
    return keras.Sequential(
        [
            keras.Input(shape=(1280,)),
            layers.Dropout(rate=0.2),
            layers.Dense(units=len(CLASSES), activation="softmax"),
        ]
    )


def create_model_transfer(backbone, head):
    """Put a trained head on the backbone, whose batch normalisation stays as in inference."""
    inputs = keras.Input(shape=(SIZE, SIZE, 3))
    features = backbone(inputs, training=False)
    features = layers.GlobalAveragePooling2D()(features)
    return keras.Model(inputs, head(features))


def unfreeze(backbone, first):
    """Let the layers from the first whose name begins with `first` learn, and freeze the rest.

    Batch normalisation stays frozen everywhere: its means and variances come from a million
    images, and 180 are too few for better ones.
    """
    learns = False
    for layer in backbone.layers:
        learns = learns or layer.name.startswith(f"{first}_")
        layer.trainable = learns and not isinstance(layer, layers.BatchNormalization)


def create_intro(size):
    """The network of the introduction, for images of this size with values from 0 to 255."""
    inputs = keras.Input(shape=(size, size, 3))
    hidden = layers.Rescaling(1 / 255)(inputs)
    hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Flatten()(hidden)
    hidden = layers.Dense(units=64, activation="relu")(hidden)
    outputs = layers.Dense(units=len(CLASSES), activation="softmax")(hidden)
    return keras.Model(inputs, outputs)


# ---- methods: each yields (name, right), `right` True for each judged image that it got right


def without_backbone(images):
    """Judge by pixels alone: no network, or a network that starts from nothing."""
    (learn, learn_labels), (judge, judge_labels) = images["learn"], images["judge"]
    learn = learn.reshape(len(learn), -1) / 255
    judge = judge.reshape(len(judge), -1) / 255
    for name, model in {
        "pixels, nearest neighbour": KNeighborsClassifier(n_neighbors=1),
        "pixels, linear model": LogisticRegression(C=0.01, max_iter=500),
    }.items():
        model.fit(learn, learn_labels)
        yield name, model.predict(judge) == judge_labels


def from_scratch(images, size):
    """Train the introduction's network. The best of all epochs counts, which flatters it."""
    model = create_intro(size)
    compile_model(model)
    best = None
    for _ in range(SCRATCH_EPOCHS[size]):
        model.fit(*images["learn"], verbose=0)
        right = is_right(model, images["judge"])
        if best is None or right.mean() > best.mean():
            best = right
    yield f"from scratch, {size} pixels", best


def of_imagenet(images, weights_path):
    """Ask the network for its own 1,000 classes, and compare those of cats, dogs and so on."""
    judge, labels = images["judge"]
    convert = runpy.run_path(str(HERE.with_name("convert_backbone.py")))["convert"]
    probabilities = convert(weights_path, classes=True).predict(judge, verbose=0)
    groups = [probabilities[:, IMAGENET[name]] for name in CLASSES]
    for name, merge in {"sum": np.sum, "largest": np.max}.items():
        merged = np.stack([merge(group, axis=1) for group in groups], axis=1)
        yield f"ImageNet's classes, {name}", merged.argmax(axis=1) == labels


def with_backbone(images):
    """Train a head on frozen features, then let the last blocks learn a little, too."""
    backbone = keras.models.load_model(BACKBONE)
    backbone.trainable = False
    extractor = create_extractor(backbone)
    (learn, learn_labels), (judge, judge_labels) = images["learn"], images["judge"]
    learn_features = extractor.predict(learn, verbose=0)
    judge_features = extractor.predict(judge, verbose=0)

    for name, model in {
        "features, nearest neighbour": KNeighborsClassifier(n_neighbors=1),
        "features, nearest class mean": NearestCentroid(),
    }.items():
        model.fit(learn_features, learn_labels)
        yield name, model.predict(judge_features) == judge_labels

    head = train_head(learn_features, learn_labels)
    yield "frozen backbone, new head", is_right(head, (judge_features, judge_labels))

    for rate in FINE_RATES:
        model = fine_tune(head, images["learn"], float(rate))
        yield f"the same, fine-tuned at {rate}", is_right(model, images["judge"])


def fine_tune(head, images_and_labels, rate):
    """Train on with a small learning rate, with the last blocks of the backbone unfrozen.

    Args:
        head: a trained head, which stays as it is.
        images_and_labels: pair of images to learn from and class numbers.
        rate: float, the learning rate.

    Returns: keras.Model from images to probabilities.
    """
    backbone = keras.models.load_model(BACKBONE)
    unfreeze(backbone, FINE_FROM)
    copy = create_head()
    copy.set_weights(head.get_weights())
    model = create_model_transfer(backbone, copy)
    compile_model(model, learning_rate=rate)
    model.fit(*images_and_labels, batch_size=BATCH_SIZE, epochs=FINE_EPOCHS, verbose=0)
    return model


def train_head(features, labels, class_weight=None):
    """Train a new head on features that are at hand: the frozen backbone gives no others."""
    head = create_head()
    compile_model(head, learning_rate=HEAD_RATE)
    head.fit(
        features,
        labels,
        batch_size=BATCH_SIZE,
        epochs=HEAD_EPOCHS,
        class_weight=class_weight,
        verbose=0,
    )
    return head


def is_right(model, images_and_labels):
    """True for each image whose most probable class is the right one."""
    images, labels = images_and_labels
    return model.predict(images, batch_size=64, verbose=0).argmax(axis=1) == labels


# ---- tables ----


def measure_draw(data, seed, weights_path):
    """All methods on one draw.

    Args:
        data: pair of CIFAR-10's training images and class numbers.
        seed: int.
        weights_path: Path of the weights file of PyTorch, or None.

    Returns: list of dicts, the rows of the table.
    """
    drawn = draw_images(*data, {name: LEARN for name in CLASSES}, seed)
    small, large = make_images(drawn, 32), make_images(drawn, SIZE)
    keras.utils.set_random_seed(seed)
    methods = [without_backbone(small), from_scratch(small, 32), from_scratch(large, SIZE)]
    if weights_path:
        methods.append(of_imagenet(large, weights_path))
    methods.append(with_backbone(large))
    rows = []
    for method in methods:
        for name, right in method:
            accuracy = round(float(right.mean()), 4)
            print(f"draw {seed}, {name}: {accuracy:.3f}", flush=True)
            rows.append({"seed": seed, "method": name, "accuracy": accuracy})
    return rows


def measure_uneven(data, seed):
    """The head on few cats and many dogs, without class weights and with them.

    Returns: list of dicts, the rows of the table: the accuracy, and the recall of each class.
    """
    images = make_images(draw_images(*data, UNEVEN, seed), SIZE)
    (learn, learn_labels), (judge, judge_labels) = images["learn"], images["judge"]
    extractor = create_extractor(keras.models.load_model(BACKBONE))
    learn, judge = (extractor.predict(part, verbose=0) for part in (learn, judge))
    counts = np.bincount(learn_labels)
    weights = {number: len(learn) / len(counts) / count for number, count in enumerate(counts)}
    rows = []
    for name, class_weight in {"none": None, "balanced": weights}.items():
        keras.utils.set_random_seed(seed)
        head = train_head(learn, learn_labels, class_weight)
        right = is_right(head, (judge, judge_labels))
        row = {"seed": seed, "class_weight": name, "accuracy": round(right.mean(), 4)}
        recalls = [round(right[judge_labels == number].mean(), 4) for number in range(len(CLASSES))]
        rows.append(row | dict(zip(CLASSES, recalls, strict=True)))
    return rows


def digest(script=HERE):
    """A fingerprint of this program that comments and line breaks leave alone."""
    code = ast.unparse(ast.parse(script.read_text(encoding="utf-8")))
    return hashlib.sha256(code.encode("utf-8")).hexdigest()[:16]


def extend(path, seeds, measure):
    """Measure the draws that a table lacks, and write it after each."""
    table = pd.read_csv(path) if path.is_file() else pd.DataFrame({"seed": []})
    for seed in sorted(set(seeds) - set(table["seed"])):
        table = pd.concat([table, pd.DataFrame(measure(seed))], ignore_index=True)
        table["seed"] = table["seed"].astype(int)
        table.to_csv(path, index=False)
    return table


def main():
    """Read the command line, measure, and print mean and range of each method."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("seeds", nargs="*", type=int, default=SEEDS, metavar="SEED")
    parser.add_argument("--weights", type=Path, help="efficientnet-lite0-57934424.pth")
    arguments = parser.parse_args()

    runpy.run_path(str(HERE.parents[1] / "data" / "cifar10_source.py"))["prepare"]()
    train_images, train_labels = keras.datasets.cifar10.load_data()[0]
    data = train_images, train_labels.reshape(-1)
    seeds = arguments.seeds
    table = extend(
        RESULTS / "transfer.csv", seeds, lambda seed: measure_draw(data, seed, arguments.weights)
    )
    uneven = extend(RESULTS / "transfer_uneven.csv", seeds, lambda seed: measure_uneven(data, seed))
    note = {
        "command": "python full_size_transfer.py --weights efficientnet-lite0-57934424.pth",
        "date": date.today().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}",
        "keras": f"{keras.__version__}, {keras.backend.backend()}",
        "code": digest(),
    }
    (RESULTS / "transfer.json").write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")
    of_method = table.groupby("method", sort=False)
    print(of_method["accuracy"].agg(["mean", "min", "max"]).round(3))
    print(uneven.groupby("class_weight", sort=False).mean().drop(columns="seed").round(3))


if __name__ == "__main__":
    main()
