"""data/model_best.keras is the network that episode 5 trains, and episode 6 says how."""

import os
import re
import runpy

import pytest
from the_lesson import LESSON, ROOT

from lesson_engine.core import reader

keras = pytest.importorskip("keras")

pytestmark = pytest.mark.slow

TRAINING = next(
    block
    for block in reader.read_page(LESSON, ROOT / "episodes" / "05-fit-cnn.md").blocks
    if "history_dropout = " in block.source
)
SHOWN = TRAINING.recorded[0].text  # the log
EPOCHS = int(re.search(r"epochs=(\d+)", TRAINING.source)[1])
NUMBERS = {5: "five", 10: "ten"}


@pytest.fixture(scope="module")
def shipped():
    return keras.models.load_model(ROOT / "data" / "model_best.keras")


def test_it_was_saved_by_the_block_that_trains_it():
    assert 'model_dropout.save(folder / "model_best.keras")' in TRAINING.source


def test_it_learned_with_the_optimizer_of_the_episode_for_as_many_steps(shipped):
    assert "optimizer=keras.optimizers.Adam()," in TRAINING.source
    assert type(shipped.optimizer) is keras.optimizers.Adam
    plain = keras.optimizers.Adam().learning_rate
    assert float(shipped.optimizer.learning_rate) == pytest.approx(float(plain))
    steps = int(re.search(r"^(\d+)/\1", SHOWN, re.M)[1])
    assert int(shipped.optimizer.iterations) == EPOCHS * steps
    assert shipped.get_compile_config()["steps_per_execution"] == 1  # PyTorch refuses others


@pytest.mark.skipif("CIFAR10_FOLDER" not in os.environ, reason="the real images are not at hand")
@pytest.mark.usefixtures("original_images")
def test_its_answers_are_those_of_the_recorded_training(shipped):
    """Equal to the last digit of the log: no other weights give the same loss."""
    experiments = runpy.run_path(str(ROOT / "scripts" / "experiments.py"), run_name="experiments")
    _, images, _, labels = experiments["data"]()
    loss, accuracy = shipped.evaluate(images, labels, batch_size=500, verbose=0)
    last = SHOWN.strip().split("\n")[-1]
    assert accuracy == pytest.approx(float(re.search(r"val_accuracy: ([\d.]+)", last)[1]), abs=1e-4)
    assert loss == pytest.approx(float(re.search(r"val_loss: ([\d.]+)", last)[1]), abs=1e-4)


def test_episode_6_says_how_it_was_trained():
    text = " ".join((ROOT / "episodes" / "06-evaluate-tune.md").read_text("utf-8").split())
    assert f"trained for {NUMBERS[EPOCHS]} epochs with Adam at its default learning rate" in text
