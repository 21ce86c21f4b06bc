"""What transfer learning gave over several draws, which takes too long to be run in a test."""

import json
import runpy

import pytest
from the_lesson import ROOT

np = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")
keras = pytest.importorskip("keras")
pytest.importorskip("sklearn")

pytestmark = pytest.mark.slow

RESULTS = ROOT / "data" / "full_size"
TRANSFER = runpy.run_path(str(ROOT / "tools" / "full_size_transfer.py"))
FROZEN = "frozen backbone, new head"
FINE_TUNED = "the same, fine-tuned at 0.00001"
FROM_SCRATCH = ["from scratch, 32 pixels", "from scratch, 160 pixels"]
WITHOUT_TRAINING = [
    "pixels, nearest neighbour",
    "pixels, linear model",
    "ImageNet's classes, sum",
    "ImageNet's classes, largest",
]


@pytest.fixture
def accuracies():
    """Table of accuracies, with a row per draw and a column per method."""
    table = pandas.read_csv(RESULTS / "transfer.csv")
    return table.pivot(index="seed", columns="method", values="accuracy")


def test_it_was_measured_with_the_program_as_it_is():
    note = json.loads((RESULTS / "transfer.json").read_text("utf-8"))
    assert note["code"] == TRANSFER["digest"](), (
        "full_size_transfer.py has changed since its tables were made: delete them and run it"
    )


def test_there_are_at_least_three_draws_of_every_method(accuracies):
    assert len(accuracies) >= 3
    assert not accuracies.isna().any().any()


@pytest.mark.parametrize("method", [FROZEN, FINE_TUNED])
def test_it_beats_training_from_scratch_in_every_draw(accuracies, method):
    for other in FROM_SCRATCH:
        assert (accuracies[method] - accuracies[other]).min() > 0.2, other


@pytest.mark.parametrize("method", [FROZEN, FINE_TUNED])
def test_it_beats_what_needs_no_training_in_every_draw(accuracies, method):
    for other in WITHOUT_TRAINING:
        assert (accuracies[method] - accuracies[other]).min() > 0.08, other


def test_class_weights_help_the_rare_class_in_every_draw():
    table = pandas.read_csv(RESULTS / "transfer_uneven.csv")
    recall = table.pivot(index="seed", columns="class_weight", values="cat")
    assert len(recall) >= 3
    assert (recall["balanced"] - recall["none"]).min() > 0.05


def test_no_image_is_both_learned_from_and_judged():
    images = np.arange(900 * 32 * 32 * 3, dtype="uint32").reshape(900, 32, 32, 3)
    labels = np.repeat(list(TRANSFER["CLASSES"].values()), 300)
    drawn = TRANSFER["draw_images"](images, labels, TRANSFER["UNEVEN"], seed=1)
    first_values = {
        part: {int(image[0, 0, 0]) for images in of_class.values() for image in images}
        for part, of_class in drawn.items()
    }
    assert len(first_values["learn"]) == sum(TRANSFER["UNEVEN"].values())
    assert len(first_values["judge"]) > 550
    assert not first_values["learn"] & first_values["judge"]


def test_fine_tuning_leaves_batch_normalisation_alone():
    backbone = keras.models.load_model(TRANSFER["BACKBONE"])
    TRANSFER["unfreeze"](backbone, TRANSFER["FINE_FROM"])
    learning = {weights.path.split("/")[0] for weights in backbone.trainable_weights}
    assert learning
    assert not [name for name in learning if "normalise" in name]
    assert "block12_expand_convolve" in learning
    assert "block11_expand_convolve" not in learning


def test_the_page_trains_as_the_table_was_made():
    code = (ROOT / "scripts" / "07_share_next_steps.py").read_text("utf-8")
    assert f"batch_size={TRANSFER['BATCH_SIZE']}, seed=" in code
    assert f"learning_rate={TRANSFER['HEAD_RATE']}" in code
    assert f"learning_rate={TRANSFER['FINE_RATES'][0]}" in code
    assert TRANSFER["HEAD_EPOCHS"] == TRANSFER["FINE_EPOCHS"]
    assert code.count(f"model_own.fit(train_set, epochs={TRANSFER['HEAD_EPOCHS']}, ") == 2
    assert f'learning = ("{TRANSFER["FINE_FROM"]}"' in code
