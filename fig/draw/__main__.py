"""`python fig/draw` draws every diagram of the lesson into fig/.

A module episode_NN holds one function a diagram; function `nested_sets` of episode_01 gives
fig/01_nested_sets.svg.
"""

import importlib
import inspect
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def diagrams():
    """Every diagram: dict of file name without ending -> function that draws it.

    Each function takes no arguments and returns a matplotlib Figure.
    """
    found = {}
    for path in sorted(HERE.glob("episode_*.py")):
        module = importlib.import_module(path.stem)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{path.stem.removeprefix('episode_')}_{name}"] = function
    return found


def draw(folder):
    """Draw all into a folder; returns the paths."""
    import style

    return [style.save(function(), name, folder) for name, function in diagrams().items()]


if __name__ == "__main__":
    for path in draw(HERE.parent):
        print(path)
