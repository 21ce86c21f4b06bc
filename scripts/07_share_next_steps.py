# %% [markdown]
# # Share, reuse, and your own images
#
# Made from episodes/07-share-next-steps.md by `lesson export`: edit that file.

# %%
import find_data  # the images, wherever this file is started from

from pathlib import Path

import keras
import numpy as np
import pandas as pd
from keras import layers
from PIL import Image

data = keras.datasets.cifar10.load_data()
(raw_images, raw_labels), (raw_test_images, raw_test_labels) = data

class_names = [
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
]
test_images = raw_test_images.astype("float32") / 255
true_classes = raw_test_labels.flatten()

folder = Path("fit_outputs")
folder.mkdir(exist_ok=True)
own_folder = Path("own_images")

model_best = keras.models.load_model("../data/model_best.keras")
print(model_best.name, "with", model_best.count_params(), "parameters")

# %% [markdown]
# ## Save it, and get the same answers

# %%
model_best.save(folder / "model_to_share.keras")
model_again = keras.models.load_model(folder / "model_to_share.keras")

before = model_best.predict(test_images[:100], verbose=0)
after = model_again.predict(test_images[:100], verbose=0)
print("largest difference:", np.abs(before - after).max())

# %% [markdown]
# ## The model card

# %%
predicted_classes = model_best.predict(test_images, verbose=0).argmax(axis=1)
wrong = predicted_classes != true_classes

vehicles = np.isin(true_classes, [0, 1, 8, 9])
dogs = true_classes == 5
for name, group in [("vehicles", vehicles), ("animals", ~vehicles), ("dogs", dogs)]:
    print(f"{name}: error rate {wrong[group].mean():.2f}")

# %% [markdown]
# ## Your own images

# %%
rng = np.random.default_rng(1)

for class_name in ["cat", "deer", "dog"]:
    numbers = np.flatnonzero(raw_labels[:, 0] == class_names.index(class_name))
    numbers = rng.permutation(numbers)
    for part, chosen in [("train", numbers[:60]), ("judge", numbers[60:160])]:
        place = own_folder / part / class_name
        place.mkdir(parents=True, exist_ok=True)
        for number in chosen:
            image = Image.fromarray(raw_images[number])
            image.resize((160, 160), Image.BICUBIC).save(place / f"{number}.png")

for part in ["train", "judge"]:
    print(part, len(list(own_folder.glob(f"{part}/*/*.png"))), "images")

# %%
train_set = keras.utils.image_dataset_from_directory(
    own_folder / "train", image_size=(160, 160), batch_size=16, seed=42
)
judge_set = keras.utils.image_dataset_from_directory(
    own_folder / "judge", image_size=(160, 160), shuffle=False
)
print("classes:", train_set.class_names)

# %% [markdown]
# ## Challenge: Put a new last layer on it (5 minutes)

# %% [markdown]
# Solution

# %%
keras.utils.set_random_seed(42)
backbone = keras.models.load_model("../data/efficientnet_lite0.keras")
backbone.trainable = False

inputs = keras.Input(shape=(160, 160, 3))
hidden = backbone(inputs, training=False)
hidden = layers.GlobalAveragePooling2D()(hidden)
hidden = layers.Dropout(rate=0.2)(hidden)
outputs = layers.Dense(units=3, activation="softmax")(hidden)
model_own = keras.Model(inputs, outputs, name="own_images")

model_own.summary()

# %%
keras.utils.set_random_seed(42)
backbone = keras.models.load_model("../data/efficientnet_lite0.keras")
backbone.trainable = False

inputs = keras.Input(shape=(160, 160, 3))
hidden = backbone(inputs, training=False)
hidden = layers.GlobalAveragePooling2D()(hidden)
hidden = layers.Dropout(rate=0.2)(hidden)
outputs = layers.Dense(units=3, activation="softmax")(hidden)
model_own = keras.Model(inputs, outputs, name="own_images")

# %%
# If you run this again, training goes on. To start afresh, run the block above first.
model_own.compile(
    loss=keras.losses.SparseCategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
)
# shuffle=False, because the images already come in a new order in each epoch
model_own.fit(train_set, epochs=3, shuffle=False, verbose=2)
loss, accuracy = model_own.evaluate(judge_set, verbose=0)
print(f"with a new last layer: {accuracy:.3f}")

# %%
# If you run this again, training goes on.
# To start afresh, run the two blocks above first.
backbone.trainable = True
learning = ("block12", "block13", "block14", "block15", "block16", "top")
for layer in backbone.layers:
    normalisation = isinstance(layer, layers.BatchNormalization)
    layer.trainable = layer.name.startswith(learning) and not normalisation

model_own.compile(
    loss=keras.losses.SparseCategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(learning_rate=0.00001),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
)
model_own.fit(train_set, epochs=3, shuffle=False, verbose=2)
loss, accuracy = model_own.evaluate(judge_set, verbose=0)
print(f"fine-tuned: {accuracy:.3f}")

# %%
photo = keras.utils.load_img("../data/cat.png", target_size=(160, 160))
photo_array = keras.utils.img_to_array(photo).reshape(1, 160, 160, 3)
probabilities = model_own.predict(photo_array, verbose=0)[0]
for class_name, probability in zip(train_set.class_names, probabilities):
    print(f"{class_name}: {probability:.2f}")

# %%
draws = pd.read_csv("../data/full_size/transfer.csv")
table = draws.groupby("method")["accuracy"].agg(["min", "mean", "max"])
print(table.sort_values("mean").round(2).to_string())

# %% [markdown]
# ## Challenge: Uneven classes (4 minutes)

# %% [markdown]
# Solution

# %%
uneven = pd.read_csv("../data/full_size/transfer_uneven.csv")
recalls = uneven.groupby("class_weight")[["cat", "deer", "dog"]].mean()
print(recalls.round(2).to_string())
