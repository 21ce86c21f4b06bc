"""How long learners wait: each training run of the lesson beside the same network trained by habit.

    CIFAR10_FOLDER=/media/usb/cifar-10-batches-py python benchmarks/training.py

Every block of the workshop is executed twice, one right after the other: as it stands, and by
habit, that is, with batches of 32, ten epochs, all images at hand, and no callbacks. Nothing else
should run meanwhile. What was measured stays in build/training/: after an edit, --episodes measures
that episode alone.

A time is the median epoch times the number of epochs. The arithmetic limit is the time that the
multiplications and additions of all steps would take at the rate at which this machine multiplies
large matrices, measured right before each run. The table is written to
benchmarks/results/training.txt.
"""

import argparse
import ast
import json
import os
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, save

sys.path.insert(0, str(ROOT))

from lesson_engine.core import reader  # noqa: E402
from lesson_engine.core.lesson import find_lesson  # noqa: E402
from lesson_engine.run import sources  # noqa: E402

KEPT = ROOT / "build" / "training"
HABIT = {"batch_size": 32, "epochs": 10}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--episodes", nargs="*", default=["01", "05", "06", "07"])
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        return print(json.dumps(measure_episode(options.child)), file=sys.__stdout__)
    KEPT.mkdir(parents=True, exist_ok=True)
    for name in options.episodes:
        (KEPT / f"{name}.json").write_text(json.dumps(in_child(name)), "utf-8")
    save("training", table(kept_rows()))


def in_child(name):
    """Measure an episode in a process of its own, in a folder as learners have it."""
    lesson = find_lesson(ROOT)
    data = sources.choose_data(lesson)
    if not data.real:
        raise SystemExit(f"{data.sentence} Only trainings on the real data are kept; provide it.")
    with tempfile.TemporaryDirectory() as folder:
        for part in ("data", "scripts"):
            os.symlink(ROOT / part, Path(folder) / part)
        work = Path(folder) / "work"
        work.mkdir()
        environment = {**os.environ, **lesson.environment, **data.environment}
        environment.update(MPLBACKEND="agg", TF_CPP_MIN_LOG_LEVEL="3", PYTHONPATH=str(ROOT))
        command = [sys.executable, __file__, "--child", name]
        done = subprocess.run(
            command, cwd=work, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    return json.loads(done.stdout)


def kept_rows():
    """What was measured, of blocks that are still as they were."""
    lesson = find_lesson(ROOT)
    rows = [row for path in sorted(KEPT.iterdir()) for row in json.loads(path.read_text("utf-8"))]
    return [
        {**row, "place": f"{path.stem}:{block.first_line}"}
        for path in lesson.episode_paths()
        for block in reader.read_page(lesson, path).blocks
        for row in rows
        if row["source"] == block.source
    ]


def measure_episode(name):
    """Execute an episode in both ways; gives a list of dicts, one for each training block."""
    lesson = find_lesson(ROOT)
    (path,) = [path for path in lesson.episode_paths() if path.stem.startswith(name)]
    episode = reader.read_page(lesson, path)
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - what the blocks print
    if lesson.data_source is not None:
        runpy.run_path(str(lesson.data_source))["prepare"]()
    watch = {"ours": Stopwatch(), "habit": Stopwatch()}
    spaces = {way: {"__name__": "__main__", **watch[way].methods()} for way in watch}
    rows = []
    for block in episode.blocks:
        if block.expects_error:
            continue
        rate = matrix_rate() if ".fit(" in block.source else None
        for way, space in spaces.items():
            watch[way].trainings = []
            tree = Habit().visit(ast.parse(block.source)) if way == "habit" else None
            tree = Timed().visit(tree or ast.parse(block.source))
            exec(compile(ast.fix_missing_locations(tree), f"{path.name} {way}", "exec"), space)
        if watch["ours"].trainings:
            rate = rate or matrix_rate()
            shown = {way: summary(watch[way].trainings, rate) for way in watch}
            rows.append({"source": block.source, "rate": rate, **shown})
            print(line_of(block.first_line, rows[-1]), file=sys.stderr, flush=True)
    return rows


class Timed(ast.NodeTransformer):
    """x.fit(…) becomes timed_fit(x, …), and x.evaluate(…) noted_evaluate(x, …)."""

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in Stopwatch.METHODS:
            node.args.insert(0, node.func.value)
            node.func = ast.Name(Stopwatch.METHODS[node.func.attr], ast.Load())
        return node


class Habit(ast.NodeTransformer):
    """Code as it is commonly written."""

    def visit_Assign(self, node):
        self.generic_visit(node)
        if ast.unparse(node.targets[0]).startswith("few_"):
            node.value = whole(node.value)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in ("fit", "image_dataset_from_directory"):
            for keyword in node.keywords:
                if keyword.arg in HABIT:
                    keyword.value = ast.Constant(HABIT[keyword.arg])
        if name == "fit":
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "callbacks"]
            node.args = [whole(argument) for argument in node.args]
        return node


def whole(argument):
    """`train_images` in place of `train_images[:2000]`."""
    return argument.value if isinstance(argument, ast.Subscript) else argument


class Stopwatch:
    """Calls fit and notes how long it took, and what the network got right."""

    METHODS = {"fit": "timed_fit", "evaluate": "noted_evaluate"}

    def __init__(self):
        self.trainings = []

    def methods(self):
        """Its methods under the names that Timed gives their calls."""
        return {new: getattr(self, old) for old, new in self.METHODS.items()}

    def fit(self, model, images, labels=None, **options):
        """As model.fit; model is a Keras network."""
        import keras

        clock = epoch_clock(keras)
        options["callbacks"] = [*options.get("callbacks", []), clock]
        result = model.fit(images, labels, **options)
        validated = len(options["validation_data"][0]) if "validation_data" in options else 0
        counted = None
        if labels is not None:
            counted = len(clock.seconds) * operations(model, len(images), validated)
        self.trainings.append(
            {
                "seconds": len(clock.seconds) * statistics.median(clock.seconds),
                "accuracy": result.history.get("val_accuracy", [None])[-1],
                "operations": counted,
            }
        )
        return result

    def evaluate(self, model, *arguments, **options):
        """As model.evaluate: the accuracy of a run that had no validation images."""
        result = model.evaluate(*arguments, **options)
        if self.trainings and self.trainings[-1]["accuracy"] is None:
            self.trainings[-1]["accuracy"] = result[1]
        return result


def epoch_clock(keras):
    """A callback that notes the seconds of each epoch, validation included."""

    class Clock(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seconds = []

        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds.append(time.perf_counter() - self.start)

    return Clock()


def operations(model, trained, validated):
    """Multiplications and additions of one epoch.

    A convolution with kernels of r x c over i maps makes 2 r c i operations for each number of
    each of its maps, a dense layer with i inputs 2 i for each neuron. Going back takes twice as
    many: for the slopes of the weights, and for those of the inputs, which the first layer spares.
    """
    forward = backward = 0
    for layer in model.layers:
        weights = layer.get_weights()
        kind = type(layer).__name__
        if kind == "Conv2D":
            rows, columns, maps_in, maps_out = weights[0].shape
            _, height, width, _ = layer.output.shape
            own = 2 * rows * columns * maps_in * maps_out * height * width
        elif kind == "Dense":
            own = 2 * weights[0].shape[0] * weights[0].shape[1]
        else:
            continue
        backward += own if not forward else 2 * own
        forward += own
    return trained * (forward + backward) + validated * forward


def matrix_rate(size=2048, times=5):
    """Operations a second of a product of two float32 matrices; the median of several."""
    import numpy

    matrix = numpy.random.default_rng(0).random((size, size), dtype="float32")
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        matrix @ matrix
        seconds.append(time.perf_counter() - start)
    return 2 * size**3 / statistics.median(seconds)


def summary(trainings, rate):
    """Seconds of all trainings of a block, their mean accuracy, times the arithmetic limit."""
    seconds = sum(each["seconds"] for each in trainings)
    measured = [each["accuracy"] for each in trainings if each["accuracy"] is not None]
    counted = [each["operations"] for each in trainings]
    times = None if None in counted else seconds / (sum(counted) / rate)
    accuracy = statistics.mean(measured) if measured else None
    return {"seconds": seconds, "accuracy": accuracy, "times": times}


def table(rows):
    """Lines of text."""
    head = f"{'':26}{'seconds':>16}{'ratio':>7}{'accuracy':>16}{'times the limit':>18}{'GF/s':>6}"
    lines = [head, f"{'block':26}{'ours':>8}{'habit':>8}{'':7}" + f"{'ours':>8}{'habit':>8}" * 2]
    lines += [line_of(row["place"], row) for row in rows]
    sums = {way: sum(row[way]["seconds"] for row in rows) for way in ("ours", "habit")}
    ratio = sums["ours"] / sums["habit"]
    lines += ["", f"{'sum':26}{sums['ours']:8.0f}{sums['habit']:8.0f}{ratio:7.2f}"]
    return lines


def line_of(place, row):
    ours, habit, rate = row["ours"], row["habit"], row["rate"]

    def shown(value, form):
        return format("-", f">{form.partition('.')[0]}") if value is None else format(value, form)

    return (
        f"{place:26}{ours['seconds']:8.1f}{habit['seconds']:8.1f}"
        f"{ours['seconds'] / habit['seconds']:7.2f}"
        f"{shown(ours['accuracy'], '8.3f')}{shown(habit['accuracy'], '8.3f')}"
        f"{shown(ours['times'], '8.1f')}{shown(habit['times'], '8.1f')}{rate / 1e9:8.0f}"
    )


if __name__ == "__main__":
    main()
