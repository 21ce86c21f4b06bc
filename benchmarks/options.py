"""What makes a training step faster: one choice at a time, on the network of episode 1.

    CIFAR10_FOLDER=/media/usb/cifar-10-batches-py python benchmarks/options.py

All rows are measured in turn, three times, on the same 6,400 pictures; a time is that of an epoch
after the first, which includes Keras's preparations. The limit is what the arithmetic of an epoch
would take at the rate at which this machine multiplies large matrices (see training.py).
"""

import os
import runpy
import statistics
import sys
import time

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from common import ROOT, RUNS, save
from training import matrix_rate, operations

sys.path.insert(0, str(ROOT))

from lesson_engine import reader, runner, settings  # noqa: E402

PICTURES = 6400
# name, type of the pictures, batch size, arguments of compile, whether TensorFlow keeps the batches
HABIT = ("habit: float64, batches of 32", "float64", 32, {}, False)
OPTIONS = [
    HABIT,
    ("float32", "float32", 32, {}, False),
    ("batches of 64", "float32", 64, {}, False),
    ("25 steps at once (the lesson)", "float32", 64, {"steps_per_execution": 25}, False),
    ("batches kept by tf.data", "float32", 64, {"steps_per_execution": 25}, True),
    ("batches of 128", "float32", 128, {"steps_per_execution": 25}, False),
    ("compiled by XLA", "float32", 64, {"steps_per_execution": 25, "jit_compile": True}, False),
]


def main():
    import keras

    lesson = settings.find(ROOT)
    os.environ.update(runner.choose_data(lesson).environment)
    runpy.run_path(str(lesson.data_source))["prepare"]()
    (pictures, labels), _ = keras.datasets.cifar10.load_data()
    labels = keras.utils.to_categorical(labels[:PICTURES])
    trainers = {each[0]: trainer(keras, pictures[:PICTURES], labels, *each[1:]) for each in OPTIONS}
    seconds = {name: [] for name in trainers}
    for _ in range(RUNS):
        for name, train in trainers.items():
            start = time.perf_counter()
            train()
            seconds[name].append(time.perf_counter() - start)
    limit = operations(create_model(), PICTURES, 0) / matrix_rate()
    lines = [f"{'':34}{'ms a 64 pictures':>18}{'to habit':>10}{'times the limit':>17}"]
    habit = statistics.median(seconds[HABIT[0]])
    for name, times in seconds.items():
        each = statistics.median(times)
        step = 1000 * each * 64 / PICTURES
        lines.append(f"{name:34}{step:18.2f}{each / habit:10.2f}{each / limit:17.1f}")
    save("options", lines)


def create_model():
    """The network of episode 1, from its own code."""
    lesson = settings.find(ROOT)
    episode = reader.read_page(lesson, lesson.episode_paths()[0])
    (block,) = [each for each in episode.blocks if "def create_model_intro" in each.source]
    space = {"keras": __import__("keras")}
    exec(block.source.partition("\n# Networks start")[0], space)
    return space["create_model_intro"]()


def trainer(keras, pictures, labels, kind, batch_size, options, keep):
    """A function that trains for one epoch; it has done so once."""
    import tensorflow

    model = create_model()
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        **options,
    )
    data = {"x": (pictures / 255).astype(kind), "y": labels, "batch_size": batch_size}
    if keep:
        pairs = tensorflow.data.Dataset.from_tensor_slices((data["x"], data["y"]))
        data = {"x": pairs.batch(batch_size, drop_remainder=True).cache().prefetch(2)}

    def train():
        model.fit(**data, verbose=0)

    train()
    return train


if __name__ == "__main__":
    main()
