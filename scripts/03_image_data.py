# %% [markdown]
# # Introduction to image data
#
# Made from episodes/03-image-data.md by `lesson export`: edit that file.

# %%
import find_data  # the images, wherever this file is started from

from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers
from PIL import Image
from sklearn.model_selection import train_test_split

data = keras.datasets.cifar10.load_data()
(raw_images, raw_labels), (raw_test_images, test_labels) = data

class_names = [
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
]

print("images:", raw_images.shape)
print("labels:", raw_labels.shape)

# %% [markdown]
# ## An image is an array

# %%
photo = keras.utils.load_img("../data/cat.png")
photo_array = keras.utils.img_to_array(photo)

print("width and height:", photo.size)
print("shape:", photo_array.shape)
print("type of number:", photo_array.dtype)
print("smallest and largest:", photo_array.min(), photo_array.max())

# %%
top, left, size = 100, 164, 6
square = photo_array[top : top + size, left : left + size].astype("uint8")

figure, (overview, close_up) = plt.subplots(
    ncols=2, figsize=(12, 6), width_ratios=[1, 1.1]
)
overview.imshow(photo)
overview.add_patch(
    plt.Rectangle((left, top), size, size, fill=False, edgecolor="white", linewidth=2)
)
overview.annotate(
    "enlarged on the right",
    xy=(left + size, top),
    xytext=(left + 30, 25),
    color="white",
    arrowprops={"color": "white", "arrowstyle": "->", "linewidth": 2},
)

edges = (left - 0.5, left + size - 0.5, top + size - 0.5, top - 0.5)
close_up.imshow(square, extent=edges)
for row in range(size):
    for column in range(size):
        red, green, blue = square[row, column]
        close_up.text(
            left + column,
            top + row,
            f"{red}\n{green}\n{blue}",
            color="black" if square[row, column].mean() > 110 else "white",
            ha="center",
            va="center",
        )

for axes in (overview, close_up):
    axes.set_xlabel("column")
    axes.set_ylabel("row")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: Load and shrink an image (5 minutes)

# %% [markdown]
# Solution

# %%
small_photo = keras.utils.load_img("../data/cat.png", target_size=(32, 48))
small_array = keras.utils.img_to_array(small_photo)
print("shape:", small_array.shape)
plt.imshow(small_photo)
plt.show()

# %% [markdown]
# ## Your own images: collect, label, load

# %%
small_folder = Path("small_dataset")

for class_name in ["cat", "frog", "ship"]:
    class_number = class_names.index(class_name)
    # the images whose label is this number
    class_images = raw_images[raw_labels[:, 0] == class_number]

    class_folder = small_folder / class_name
    class_folder.mkdir(parents=True, exist_ok=True)  # make it, unless it's there
    for number in range(4):
        image = Image.fromarray(class_images[number])
        image.save(class_folder / f"{number}.png")

for path in sorted(small_folder.glob("*/0.png")):
    print(path.as_posix())

# %% [markdown]
# ## Challenge: Load a folder (4 minutes)

# %% [markdown]
# Solution

# %%
folder_images = keras.utils.image_dataset_from_directory(
    small_folder,
    image_size=(32, 32),
    batch_size=4,
    shuffle=False,
)
print("classes:", folder_images.class_names)
for batch_images, batch_labels in folder_images:
    batch_labels = keras.ops.convert_to_numpy(batch_labels)  # back to NumPy
    print("images:", batch_images.shape, "labels:", batch_labels)

# %%
random_flip = layers.RandomFlip("horizontal", seed=1)
random_rotation = layers.RandomRotation(factor=0.08, seed=2)  # up to 29 degrees
random_contrast = layers.RandomContrast(factor=0.6, value_range=(0, 255), seed=3)

figure, grid = plt.subplots(nrows=2, ncols=3, figsize=(9, 4.6))
grid[0, 0].imshow(photo)
grid[0, 0].set_title("original")
for axes in grid.flat[1:]:
    # they only change images during training, so pretend that this is it
    changed = random_flip(photo_array, training=True)
    changed = random_rotation(changed, training=True)
    changed = random_contrast(changed, training=True)
    axes.imshow(keras.ops.convert_to_numpy(changed).astype("uint8"))
for axes in grid.flat:
    axes.axis("off")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Normalise: from 0–255 to 0–1

# %%
some_images = raw_images[:1000]
scaled_images = some_images.astype("float32") / 255

for images in [some_images, scaled_images]:
    print(images.dtype, "largest:", images.max(), "mean:", images.mean().round(3))

# %% [markdown]
# ## Challenge: Three divisions (4 minutes)

# %% [markdown]
# Solution

# %%
pixels = np.array([0, 51, 254, 255], dtype="uint8")

print("A:", pixels // 255)
print("B:", pixels.astype("float32") / 255)
print("C:", pixels.astype("float32") / 255 / 255)

# %% [markdown]
# ## One-hot encode the labels

# %%
print("class numbers:", raw_labels[:3, 0])
print(keras.utils.to_categorical(raw_labels[:3], num_classes=10))

# %% [markdown]
# ## Split into three sets

# %%
numbers = np.arange(10)
letters = np.array(list("abcdefghij"))

train_numbers, val_numbers, train_letters, val_letters = train_test_split(
    numbers, letters, test_size=0.2, random_state=42
)
print("training:  ", train_numbers, train_letters)
print("validation:", val_numbers, val_letters)


# %% [markdown]
# ## Challenge: Write `prepare_dataset` (4 minutes)

# %% [markdown]
# Solution

# %%
def prepare_dataset(images, labels):
    """Scale, one-hot encode and split images that a network learns from."""
    images = images.astype("float32") / 255
    labels = keras.utils.to_categorical(labels, num_classes=10)
    return train_test_split(images, labels, test_size=0.2, random_state=42)


prepared = prepare_dataset(raw_images, raw_labels)
train_images, val_images, train_labels, val_labels = prepared
test_images = raw_test_images.astype("float32") / 255

print("training:  ", train_images.shape, train_labels.shape)
print("validation:", val_images.shape, val_labels.shape)
print("test:      ", test_images.shape, test_labels.shape)
print("largest:   ", train_images.max(), val_images.max(), test_images.max())

# %% [markdown]
# ## Challenge: Count the classes (2 minutes)

# %% [markdown]
# Solution

# %%
counts = pd.DataFrame(
    {
        "training": train_labels.sum(axis=0).astype(int),
        "validation": val_labels.sum(axis=0).astype(int),
    },
    index=class_names,
)
print(counts)
