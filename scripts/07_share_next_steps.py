# %% [markdown]
# # Share a model and next steps
#
# Made from episodes/07-share-next-steps.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import json
import zipfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers

(train_images, train_labels), (test_images, test_labels) = keras.datasets.cifar10.load_data()
class_names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]

raw_images = test_images  # whole numbers from 0 to 255
test_images = test_images.astype("float32") / 255
true_classes = test_labels[:, 0]  # one whole number for each picture

# how many steps Keras takes in one go; PyTorch takes one at a time
steps_at_once = 25
if keras.backend.backend() == "torch":
    steps_at_once = 1

folder = Path("fit_outputs")
folder.mkdir(exist_ok=True)
model_best = keras.models.load_model("../data/model_best.keras")
print(model_best.name, "with", f"{model_best.count_params():,}", "parameters")

# %% [markdown]
# ## The same answers after loading

# %%
some_images = test_images[:1000]
before = model_best.predict(some_images, verbose=0)

model_best.save(folder / "model_copy.keras")
model_copy = keras.models.load_model(folder / "model_copy.keras")
after = model_copy.predict(some_images, verbose=0)

same = np.array_equal(before, after)
print("compared:", before.size, "probabilities")
print("all equal:", same)

# %% [markdown]
# ## What is in the file, and what is not

# %%
archive = zipfile.ZipFile(folder / "model_copy.keras")
for name in sorted(archive.namelist()):
    print(name)

metadata = json.loads(archive.read("metadata.json"))
print("metadata.json says:", sorted(metadata))

config = json.loads(archive.read("config.json"))
for layer in config["config"]["layers"]:
    print("layer:", layer["class_name"])

# %% [markdown]
# ## Challenge: Find the mistake (5 minutes)

# %% [markdown]
# Solution

# %%
answers = {
    "scaled": model_best.predict(test_images, verbose=0),
    "raw": model_best.predict(raw_images, verbose=0),
}

accuracies = {}
sure = {}
for name in answers:
    accuracies[name] = (answers[name].argmax(axis=1) == true_classes).mean()
    sure[name] = (answers[name].max(axis=1) > 0.99).mean()
    print(f"{name}: accuracy {accuracies[name]:.2f}, sure {sure[name]:.2f}")

# %% [markdown]
# ## A network that takes raw pictures

# %%
inputs = keras.Input(shape=(32, 32, 3))
scaled = layers.Rescaling(scale=1 / 255)(inputs)  # from 0–255 to 0–1
outputs = model_best(scaled)  # a network can be used like a layer
model_share = keras.Model(inputs, outputs, name="cifar_model_share")
model_share.save(folder / "model_share.keras")

answers_share = model_share.predict(raw_images, verbose=0)
close = np.allclose(answers_share, answers["scaled"], atol=0.001)
print("the same up to the third digit:", close)
print("parameters:", f"{model_share.count_params():,}")

# %% [markdown]
# ## Challenge: Write a model card (12 minutes)

# %% [markdown]
# Solution

# %%
predicted_classes = answers_share.argmax(axis=1)
test_accuracy = (predicted_classes == true_classes).mean()

recalls = {}
for number, name in enumerate(class_names):
    of_this_class = true_classes == number
    recalls[name] = (predicted_classes[of_this_class] == number).mean()

weakest = min(recalls, key=recalls.get)  # the name with the smallest value
print(f"test accuracy {test_accuracy:.2f}")
print(f"weakest class: {weakest}, {recalls[weakest]:.2f}")

# %% [markdown]
# Solution

# %%
card = f"""# Model card: {model_share.name}

## What it is
A convolutional neural network with {model_share.count_params():,} parameters.
In: a colour picture of 32 x 32 pixels, whole numbers from 0 to 255.
Out: {len(class_names)} probabilities, in this order:
{", ".join(class_names)}.
File: model_share.keras, made with Keras {keras.__version__}.

## Data
CIFAR-10. Learnt from 40,000 training pictures; 10,000 validation pictures
were used to choose between networks, {len(true_classes):,} test pictures only to measure.

## Intended use
Teaching. Not for decisions about people, animals, traffic or safety.

## Accuracy
On the test pictures: {test_accuracy:.2f}. Guessing would give {1 / len(class_names):.2f}.
Weakest class: {weakest}, of which it finds {recalls[weakest]:.2f}.
One training with one seed; other seeds differ in the second digit.

## Limits
It answers with one of the {len(class_names)} names whatever the picture shows.
It often mixes up animals with each other. Not tested: larger pictures made
small, drawings, several things in one picture, any other collection.

## Licence and contact
CC BY 4.0. The pictures carry no licence of their own; see their home page.
Contact: your name and address
"""

path = folder / "model_card.md"
path.write_text(card, encoding="utf-8")
print(path.read_text(encoding="utf-8"))

# %% [markdown]
# ## A new question with 100 pictures

# %%
is_pet = (true_classes == class_names.index("cat")) | (true_classes == class_names.index("dog"))
is_pet = is_pet.astype("float32")  # 1 for a pet, 0 for anything else


def draw_pictures(labels, seed):
    """Places of 100 pictures to learn from, and of 1,000 to measure with."""
    rng = np.random.default_rng(seed)
    ones = rng.permutation(np.flatnonzero(labels == 1))
    zeros = rng.permutation(np.flatnonzero(labels == 0))
    few = np.concatenate([ones[:50], zeros[:50]])
    others = np.concatenate([ones[50:550], zeros[50:550]])
    return few, others


few, others = draw_pictures(is_pet, seed=0)
print("to learn from:  ", len(few), "pictures,", int(is_pet[few].sum()), "pets")
print("to measure with:", len(others), "pictures,", int(is_pet[others].sum()), "pets")
print("in both:        ", len(np.intersect1d(few, others)))

# %% [markdown]
# ## Challenge: Fill in: a network for the new question (6 minutes)

# %% [markdown]
# Solution

# %%
# all layers but the last: layer -2 is the last that is kept
extractor = keras.Model(model_best.inputs, model_best.layers[-2].output)
extractor.trainable = False


def create_model_pet(extractor):
    """Build a network that answers yes or no from an extractor's features."""
    inputs = keras.Input(shape=(32, 32, 3))
    features = extractor(inputs)
    outputs = layers.Dense(units=1, activation="sigmoid")(features)
    return keras.Model(inputs, outputs, name="cifar_model_pet")


model_pet = create_model_pet(extractor)
trainable = sum(int(np.prod(weights.shape)) for weights in model_pet.trainable_weights)
print("parameters:", f"{model_pet.count_params():,}", "of which learn:", f"{trainable:,}")


# %%
def train_and_measure(extractor, images, labels, few, others):
    """Train on few pictures; returns the accuracy on the others."""
    model = create_model_pet(extractor)
    model.compile(
        loss=keras.losses.BinaryCrossentropy(),
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.BinaryAccuracy(name="accuracy")],
        steps_per_execution=min(steps_at_once, 5),  # an epoch has only 5 steps
    )
    model.fit(images[few], labels[few], batch_size=20, epochs=30, verbose=0)
    measured = model.evaluate(
        images[others], labels[others], batch_size=200, return_dict=True, verbose=0
    )
    return measured["accuracy"]


def compare(images, labels, seeds):
    """A table: one row for each draw of pictures, both ways of training."""
    rows = []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        few, others = draw_pictures(labels, seed)

        fresh = keras.models.clone_model(extractor)
        fresh.trainable = True  # here, all parameters learn

        rows.append(
            {
                "transfer": train_and_measure(extractor, images, labels, few, others),
                "from scratch": train_and_measure(fresh, images, labels, few, others),
            }
        )
    return pd.DataFrame(rows)


table_pet = compare(test_images, is_pet, seeds=[0, 1, 2])
print(table_pet.round(2))
print("mean:", table_pet.mean().round(2).to_dict())

# %% [markdown]
# ## Challenge: Does it help with every question? (6 minutes)

# %%
rng = np.random.default_rng(42)
is_turned = rng.integers(0, 2, size=len(test_images)).astype("float32")

turned_images = test_images.copy()
turned_images[is_turned == 1] = test_images[is_turned == 1, ::-1]  # rows from last to first

# %% [markdown]
# Solution

# %%
table_turned = compare(turned_images, is_turned, seeds=[0])
print(table_turned.round(2))

pet_probability = answers["scaled"][:, 3] + answers["scaled"][:, 5]  # cat, dog
adding = ((pet_probability > 0.5) == is_pet)[others].mean()
print(f"pets, by adding two probabilities: {adding:.2f}")

# %% [markdown]
# ## Do you need a GPU?

# %%
tensor = keras.ops.ones(1)
device = str(tensor.device).lower()
uses_gpu = "gpu" in device or "cuda" in device or "mps" in device
print("a GPU is used:", uses_gpu)

# %% [markdown]
# ## What the first filters look like

# %%
kernels = model_best.layers[1].get_weights()[0]  # layer 0 is the input
print(kernels.shape)

figure, grid = plt.subplots(nrows=2, ncols=8, figsize=(10, 2.8))
for number, axes in enumerate(grid.flat):
    kernel = kernels[:, :, :, number]
    smallest = kernel.min()
    largest = kernel.max()
    axes.imshow((kernel - smallest) / (largest - smallest))
    axes.set_title(number)
    axes.axis("off")
figure.tight_layout()
plt.show()

# %% [markdown]
# ## Where the model looks

# %%
square = 8  # pixels
tops = range(0, 32 - square + 1, 2)  # 0, 2, 4, … 24


def occlusion_map(image, class_number):
    """The probability of a class, with a grey square at each place."""
    copies = []
    for top in tops:
        for left in tops:
            copy = image.copy()
            copy[top : top + square, left : left + square] = 0.5  # grey
            copies.append(copy)

    predicted = model_best.predict(np.array(copies), verbose=0)
    return predicted[:, class_number].reshape(len(tops), len(tops))


# %%
places = {"right": 93, "wrong": 796}

figure, grid = plt.subplots(nrows=2, ncols=2, figsize=(8, 7), layout="constrained")
maps = {}
for row, name in zip(grid, places):
    image = test_images[places[name]]
    probabilities = model_best.predict(image[np.newaxis], verbose=0)[0]
    predicted = probabilities.argmax()
    maps[name] = occlusion_map(image, predicted)

    true_name = class_names[true_classes[places[name]]]
    print(f"{name}: true {true_name}, predicted {class_names[predicted]}")
    print(f"  probability {probabilities[predicted]:.2f}, smallest {maps[name].min():.2f}")

    row[0].imshow(image)
    row[0].set_title(f"true: {true_name}")
    row[0].axis("off")
    # the middle of the square lies where it covers the picture
    edges = (3, 29, 29, 3)
    heat = row[1].imshow(maps[name], vmin=0, vmax=1, extent=edges)
    row[1].set_xlim(-0.5, 31.5)
    row[1].set_ylim(31.5, -0.5)
    row[1].set_title(f"probability of {class_names[predicted]}")
    row[1].axis("off")
    figure.colorbar(heat, ax=row, shrink=0.8)
plt.show()
