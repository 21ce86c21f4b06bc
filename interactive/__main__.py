"""`python interactive` makes every interactive figure: one file each, in files/.

A figure is a file of JavaScript here, NAME.js, with NAME.css if it needs one. It becomes
files/NAME.html, which holds all that it needs: the code that figures share, the lesson's colours
and its data, from interactive/recorded/ (see record.py) and data/.
"""

import ast
import base64
import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FILES = ROOT / "files"


@dataclass(frozen=True)
class Figure:
    """What makes up one figure, beside its own code.

    Attributes:
        title: its heading.
        lead: what to do, and what to predict first, in a sentence or two.
        data: function that gives what its code finds as DATA.
        parts: other files of JavaScript that it uses, without ending.
    """

    title: str
    lead: str
    data: Callable[[], dict[str, Any]]
    parts: tuple[str, ...] = ()


def recorded(name: str) -> Any:
    """The content of a JSON file in recorded/."""
    return json.loads((HERE / "recorded" / f"{name}.json").read_text("utf-8"))


def picture(name: str) -> str:
    """A WebP file in recorded/ as an address that holds all of it."""
    content = (HERE / "recorded" / f"{name}.webp").read_bytes()
    return f"data:image/webp;base64,{base64.b64encode(content).decode('ascii')}"


def ask() -> dict[str, Any]:
    """The network, 24 images and what it answers to them after each epoch."""
    return {
        "network": recorded("network"),
        "answers": recorded("answers"),
        "sheet": picture("answers"),
    }


def probe() -> dict[str, Any]:
    """The network and four validation images, two of them those of episode 11."""
    known = recorded("occlusion")
    pairs = zip(known["names"], known["images"], strict=True)
    return {
        "network": recorded("network"),
        "images": [{"name": name, "number": number} for name, number in pairs],
        "sheet": picture("occlusion"),
    }


def array_in(episode: str, name: str) -> Any:
    """A matrix that a block of an episode defines: NAME = np.array([...])."""
    text = (ROOT / "episodes" / f"{episode}.md").read_text("utf-8")
    found = re.search(rf"^{name} = np\.array\((\[[^\n]*\]|\[\n.*?\n\])\)", text, re.M | re.S)
    if found is None:
        raise ValueError(f"{episode}.md defines no {name}")
    return ast.literal_eval(found[1])


def kernel_lab() -> dict[str, Any]:
    """The small image and the kernel of episode 4, the cat, and the network's first layer."""
    return {
        "small": array_in("04-build-cnn", "bright_above_dark"),
        "kernel": array_in("04-build-cnn", "edge_kernel"),
        "cat": picture("cat"),
        "filters": recorded("network")["layers"][0],
    }


def valley() -> dict[str, Any]:
    """The four days of episode 2, to which a neuron with one weight is fitted."""
    return {name: array_in("02-neural-networks", name) for name in ("hours", "growth")}


def stopping() -> dict[str, Any]:
    """Loss and validation accuracy of both networks on 2,000 images, run by run."""
    columns = ("loss", "val_loss", "val_accuracy")
    runs: dict[tuple[str, str], dict[str, Any]] = {}
    with (ROOT / "data" / "full_size" / "few_images.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = row["network"], row["seed"]
            run = runs.setdefault(name, {"network": name[0], **{column: [] for column in columns}})
            for column in columns:
                run[column].append(float(row[column]))
    both = [
        [run for run in runs.values() if run["network"] == name] for name in ("intro", "dropout")
    ]
    return {"runs": [run for pair in zip(*both, strict=True) for run in pair]}


def confusion() -> dict[str, Any]:
    """How often each class got each answer, and a few images for each pair of classes."""
    return {**recorded("confusion"), "sheet": picture("confusion")}


FIGURES = {
    "ask-the-network": Figure(
        title="Ask the network",
        lead="Pick an image and predict what the network will call it. How sure will it be, and "
        "will it be right?",
        data=ask,
        parts=("network",),
    ),
    "kernel-lab": Figure(
        title="Kernel lab",
        lead="Choose a cell of the feature map, predict its number, and check. Then change the "
        "kernel: what will the map show?",
        data=kernel_lab,
    ),
    "architecture-calculator": Figure(
        title="Architecture calculator",
        lead="Change one thing about the network, and predict what happens to the number of "
        "parameters. Which change matters most?",
        data=dict,
    ),
    "learning-rate-valley": Figure(
        title="Learning-rate valley",
        lead="Set a starting point and a learning rate. Before each run, say where eight steps "
        "will lead. Then find the rate at which they begin to lead upwards.",
        data=valley,
    ),
    "where-to-stop": Figure(
        title="Where would you stop?",
        lead="You’re training a network, and can see its curves so far. Stop when you think the "
        "validation loss won’t fall any further. Only then will you see what came next.",
        data=stopping,
    ),
    "confusion-explorer": Figure(
        title="Confusion explorer",
        lead="All answers of the network to the 10,000 test images. Before you look: which two "
        "classes does it mix up most often?",
        data=confusion,
    ),
    "occlusion-probe": Figure(
        title="Occlusion probe",
        lead="A patch covers part of an image. Before you check: where will it cost the answer the "
        "most? Then change the patch’s colour. Will it still be the same place?",
        data=probe,
        parts=("network",),
    ),
}


def made(name: str) -> str:
    """The content of files/NAME.html."""
    figure = FIGURES[name]
    source = {path.name: path.read_text("utf-8") for path in HERE.iterdir() if path.is_file()}
    data = json.dumps(figure.data(), separators=(",", ":"), ensure_ascii=False)
    scripts = [f"{part}.js" for part in ("shared", *figure.parts, name)]
    lesson = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))["title"]
    return Template(source["page.html"]).substitute(
        title=figure.title,
        heights=" ".join(f"{width}:{height}" for width, height in recorded("heights")[name]),
        style=source["look.css"] + source.get(f"{name}.css", ""),
        body=f'<p class="lead">{figure.lead}</p>\n<div id="figure"></div>',
        lesson=lesson,
        script="\n".join([f"const DATA = {data};", *(source[script] for script in scripts)]),
    )


def main() -> None:
    """Write all of them."""
    FILES.mkdir(exist_ok=True)
    for name in FIGURES:
        path = FILES / f"{name}.html"
        path.write_text(made(name), "utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
