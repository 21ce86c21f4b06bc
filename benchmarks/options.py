"""What makes a training step faster: one choice at a time, on the network of episode 1.

    CIFAR10_FOLDER=/media/usb/cifar-10-batches-py python benchmarks/options.py

Each choice trains in a process of its own. All are measured in turn, three times, on the same 6,400
pictures; a time is that of an epoch after the first, which includes Keras's preparations. The limit
is what the arithmetic of an epoch would take at the rate at which this machine multiplies large
matrices (see training.py). The backends are left out unless `make test-backends` has made their
environments.
"""

import argparse
import contextlib
import json
import os
import re
import runpy
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from common import ROOT, RUNS, save
from training import matrix_rate, operations

sys.path.insert(0, str(ROOT))

from lesson_engine.core import reader  # noqa: E402
from lesson_engine.core.lesson import find_lesson  # noqa: E402
from lesson_engine.run import sources  # noqa: E402

PICTURES = 6400


@dataclass
class Option:
    """A way to train; by default, the way of the lesson."""

    pictures: str = "float32"  # type of their numbers
    batch_size: int = 64
    steps: int = 25  # that TensorFlow makes at once
    kept_by_tf_data: bool = False
    compiled_by_xla: bool = False
    policy: str = "float32"  # type of what the layers compute
    threads: int = 0  # that share one operation; 0: as many as there are cores
    filters: int = 16  # of the first convolution; the second one has twice as many
    backend: str = "tensorflow"
    environment: dict = field(default_factory=dict)


HABIT = "habit: float64, batches of 32"
OPTIONS = {
    HABIT: Option(pictures="float64", batch_size=32, steps=1),
    "float32": Option(batch_size=32, steps=1),
    "and batches of 64": Option(steps=1),
    "and 25 steps at once (the lesson)": Option(),
    "lesson, batches of 128": Option(batch_size=128),
    "lesson, batches of 256": Option(batch_size=256),
    "lesson, batches kept by tf.data": Option(kept_by_tf_data=True),
    "lesson, compiled by XLA": Option(compiled_by_xla=True),
    "lesson, layers in mixed_bfloat16": Option(policy="mixed_bfloat16"),
    "lesson, one thread": Option(threads=1),
    "lesson, four threads": Option(threads=4),
    "lesson, oneDNN off": Option(environment={"TF_ENABLE_ONEDNN_OPTS": "0"}),
    "lesson, 12 and 24 filters": Option(filters=12),
    "lesson, 20 and 40 filters": Option(filters=20),
    "lesson, 32 and 64 filters": Option(filters=32),
    "lesson, on JAX": Option(backend="jax", steps=1),
    "lesson, on PyTorch": Option(backend="torch", steps=1),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return train_when_asked(OPTIONS[options.child])
    lesson = find_lesson(ROOT)
    data = sources.choose_data(lesson).environment
    seconds, counted = {}, {}
    with contextlib.ExitStack() as stack:
        children = {}
        for name, option in OPTIONS.items():
            if python_of(option).exists():
                children[name] = stack.enter_context(child(name, option, data))
                counted[name] = json.loads(children[name].stdout.readline())
                seconds[name] = []
        for _ in range(RUNS):
            for name, process in children.items():
                seconds[name].append(ask(process))
        for process in children.values():
            process.stdin.close()
    save("options", table(seconds, counted, matrix_rate()))


def table(seconds, counted, rate):
    """Lines of text, of the times and the operations of an epoch."""
    lines = [f"{'':36}{'ms a 64 pictures':>18}{'to habit':>10}{'times the limit':>17}"]
    habit = statistics.median(seconds[HABIT])
    for name, times in seconds.items():
        each = statistics.median(times)
        limit = counted[name] / rate
        step = 1000 * each * 64 / PICTURES
        lines.append(f"{name:36}{step:18.2f}{each / habit:10.2f}{each / limit:17.1f}")
    return lines


def python_of(option):
    """The Python whose environment has the backend."""
    if option.backend == "tensorflow":
        return Path(sys.executable)
    return ROOT / f".venv-{option.backend}" / "bin" / "python"


def child(name, option, data):
    """Start the process that trains in this way; gives a subprocess.Popen."""
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.update(data, KERAS_BACKEND=option.backend, **option.environment)
    return subprocess.Popen(
        [python_of(option), __file__, "--child", name],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(process):
    """Have a child train for one epoch; gives the seconds."""
    process.stdin.write("\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def train_when_asked(option):
    """The child: print the operations of an epoch, then the seconds of one for each line read."""
    import keras

    runpy.run_path(str(find_lesson(ROOT).data_source))["prepare"]()
    (pictures, labels), _ = keras.datasets.cifar10.load_data()
    labels = keras.utils.to_categorical(labels[:PICTURES])
    model, train = trainer(keras, pictures[:PICTURES], labels, option)
    train()
    print(operations(model, PICTURES, 0), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        train()
        print(time.perf_counter() - start, flush=True)


def create_model(filters):
    """The network of episode 1, from its own code."""
    lesson = find_lesson(ROOT)
    episode = reader.read_page(lesson, lesson.episode_paths()[0])
    (block,) = [each for each in episode.blocks if "def create_model_intro" in each.source]
    source = block.source.partition("\n# Networks start")[0]
    larger = {"16": filters, "32": 2 * filters}
    source = re.sub(r"filters=(\d+)", lambda found: f"filters={larger[found[1]]}", source)
    space = {"keras": __import__("keras")}
    exec(source, space)
    return space["create_model_intro"]()


def trainer(keras, pictures, labels, option):
    """The network, and a function that trains it for one epoch."""
    if option.threads:
        import tensorflow

        tensorflow.config.threading.set_intra_op_parallelism_threads(option.threads)
    keras.config.set_dtype_policy(option.policy)
    model = create_model(option.filters)
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        steps_per_execution=option.steps,
        jit_compile=option.compiled_by_xla or "auto",
    )
    pictures = (pictures / 255).astype(option.pictures)
    data = {"x": pictures, "y": labels, "batch_size": option.batch_size}
    if option.kept_by_tf_data:
        import tensorflow

        pairs = tensorflow.data.Dataset.from_tensor_slices((pictures, labels))
        data = {"x": pairs.batch(option.batch_size, drop_remainder=True).cache().prefetch(2)}
    return model, lambda: model.fit(**data, verbose=0)


if __name__ == "__main__":
    main()
