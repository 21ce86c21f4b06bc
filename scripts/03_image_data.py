# %% [markdown]
# # Introduction to image data
#
# Made from episodes/03-image-data.md by `lesson export`: edit that file.

# %% [markdown]
# ## Steps 1 to 3, this time in detail

# %%
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers
from PIL import Image
from sklearn.model_selection import train_test_split

# the pictures and labels of CIFAR-10, as they come
(train_images, train_labels), (test_images, test_labels) = keras.datasets.cifar10.load_data()

# the name of class 0, of class 1 and so on
class_names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]

print("Training pictures:", train_images.shape)
print("Training labels:  ", train_labels.shape)
print("Test pictures:    ", test_images.shape)
print("Test labels:      ", test_labels.shape)

# %% [markdown]
# ## One photograph

# %%
photo = keras.utils.load_img("../data/cat.png")

print("Class:", type(photo))
print("Width and height:", photo.size)

# %%
photo_array = keras.utils.img_to_array(photo)

print("Class:", type(photo_array))
print("Shape:", photo_array.shape)
print("Type of its numbers:", photo_array.dtype)
print("Smallest and largest:", photo_array.min(), photo_array.max())

# %% [markdown]
# ## So close that you see the pixels

# %%
left = 164  # the column where the square begins
top = 100  # the row where the square begins
size = 6  # pixels along each side

# pixel centres are whole numbers, so the edge lies half a pixel further out
outline = plt.Rectangle(
    (left - 0.5, top - 0.5), size, size, fill=False, edgecolor="white", linewidth=2
)

plt.imshow(photo)
plt.gca().add_patch(outline)
plt.annotate(
    "enlarged below",
    xy=(left + size / 2, top - 2),
    xytext=(left - 60, 25),
    color="white",
    arrowprops={"color": "white", "arrowstyle": "->", "linewidth": 2},
)
plt.xlabel("column")
plt.ylabel("row")
plt.show()

# %%
# uint8 means whole numbers from 0 to 255, the form in which matplotlib expects them
square = photo_array[top : top + size, left : left + size].astype("uint8")

plt.figure(figsize=(7, 7))
plt.imshow(square)
for row in range(size):
    for column in range(size):
        red, green, blue = square[row, column]
        # bright text on dark pixels, dark text on bright ones
        text_color = "black" if square[row, column].mean() > 110 else "white"
        plt.text(
            column, row, f"{red}\n{green}\n{blue}", color=text_color, ha="center", va="center"
        )
plt.xticks(range(size), range(left, left + size))
plt.yticks(range(size), range(top, top + size))
plt.xlabel("column")
plt.ylabel("row")
plt.show()

# %% [markdown]
# ## Challenge: Which shape? (4 minutes)

# %% [markdown]
# Solution

# %%
empty_picture = Image.new("RGB", (640, 480))  # Pillow: width, height
empty_array = keras.utils.img_to_array(empty_picture)

print("Shape:", empty_array.shape)
print("Numbers:", empty_array.size)

# %% [markdown]
# ## The same photograph at 32 × 32

# %%
small_photo = keras.utils.load_img("../data/cat.png", target_size=(32, 32))  # height, width
small_array = keras.utils.img_to_array(small_photo)

print("Shape:", small_array.shape)
print("Numbers before:", photo_array.size)
print("Numbers after: ", small_array.size)

# %%
plt.figure(figsize=(8, 4))

plt.subplot(1, 2, 1)  # 1 row of plots, 2 columns, the first of them
plt.imshow(photo)
plt.title("300 rows, 451 columns")

plt.subplot(1, 2, 2)
plt.imshow(small_photo)
plt.title("32 rows, 32 columns")

plt.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: Paint by numbers (3 minutes)

# %% [markdown]
# Solution

# %%
tiny_picture = np.array(
    [
        [[255, 0, 0], [0, 255, 0], [0, 0, 255]],
        [[0, 0, 0], [128, 128, 128], [255, 255, 0]],
    ],
    dtype="uint8",
)
print(tiny_picture.shape)
plt.imshow(tiny_picture)
plt.xticks([0, 1, 2])
plt.yticks([0, 1])
plt.show()

# %% [markdown]
# ## Pillow, NumPy, tensors

# %%
photo_tensor = keras.ops.convert_to_tensor(photo_array)
print("Shape of the tensor:", keras.ops.shape(photo_tensor))

array_again = keras.ops.convert_to_numpy(photo_tensor)
print("Back again:", type(array_again), array_again.shape)

# %% [markdown]
# ## Many pictures at once

# %%
small_folder = Path("small_dataset")

for class_name in ["cat", "frog", "ship"]:
    class_number = class_names.index(class_name)
    # labels are a table with one column; take the pictures whose label fits
    class_images = train_images[train_labels[:, 0] == class_number]

    class_folder = small_folder / class_name
    class_folder.mkdir(parents=True, exist_ok=True)  # make it, unless it is there
    for number in range(4):
        picture = Image.fromarray(class_images[number])
        picture.save(class_folder / f"{class_name}_{number}.png")

for path in sorted(small_folder.glob("*/*.png")):
    print(path.as_posix())

# %%
small_dataset = keras.utils.image_dataset_from_directory(
    "small_dataset",
    label_mode="categorical",
    image_size=(32, 32),
    batch_size=4,
    shuffle=False,
)

print("Classes:", small_dataset.class_names)
for batch_images, batch_labels in small_dataset:
    print("Pictures:", batch_images.shape, "Labels:", batch_labels.shape)

# %%
plt.figure(figsize=(7, 6))
position = 1
for batch_images, batch_labels in small_dataset:
    # go through pictures and labels in pairs
    for image, label in zip(batch_images, batch_labels):
        plt.subplot(3, 4, position)
        plt.imshow(keras.ops.convert_to_numpy(image).astype("uint8"))
        plt.title(small_dataset.class_names[np.argmax(label)])
        plt.axis("off")
        position = position + 1
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Bring all pictures to one size

# %%
squeeze = layers.Resizing(100, 100)
crop = layers.Resizing(100, 100, crop_to_aspect_ratio=True)
pad = layers.Resizing(100, 100, pad_to_aspect_ratio=True)

plt.figure(figsize=(8, 3.2))
position = 1
for name, resize in [("squeezed", squeeze), ("cropped", crop), ("padded", pad)]:
    resized = keras.ops.convert_to_numpy(resize(photo_array))
    print(name, resized.shape)
    plt.subplot(1, 3, position)
    plt.imshow(resized.astype("uint8"))
    plt.title(name)
    position = position + 1
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Make varied copies: augmentation

# %%
random_flip = layers.RandomFlip(mode="horizontal", seed=42)
random_rotation = layers.RandomRotation(factor=0.08, seed=43)
random_contrast = layers.RandomContrast(factor=0.6, value_range=(0, 255), seed=44)


def augment(image):
    """Return a randomly changed copy of a picture, as an array."""
    image = random_flip(image, training=True)
    image = random_rotation(image, training=True)
    image = random_contrast(image, training=True)
    return keras.ops.convert_to_numpy(image)


# %%
plt.figure(figsize=(8, 3.3))
for position in range(1, 9):
    changed = augment(photo_array)
    plt.subplot(2, 4, position)
    plt.imshow(changed.astype("uint8"))
    plt.axis("off")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Bring all values to one scale: normalisation

# %%
some_images = train_images[:1000]


def describe(images):
    """Print what kind of numbers an array of pictures holds."""
    print("Type of numbers:", images.dtype)
    print("Shape:", images.shape)
    print("Smallest:", images.min(), "Largest:", images.max())
    print(f"Mean: {images.mean():.4f}")
    print("First three pixels of the first picture:")
    for red, green, blue in images[0, 0, :3]:
        print("  ", red, green, blue)


describe(some_images)

# %%
some_scaled_images = some_images.astype("float32") / 255

describe(some_scaled_images)

# %%
for number_type in ["uint8", "float32", "float64"]:
    one_image = train_images[0].astype(number_type)
    megabytes = one_image.nbytes * len(train_images) / 1_000_000
    print(number_type, one_image.nbytes, "bytes a picture,", megabytes, "MB for all")

print("Without astype you would get:", (train_images[0] / 255).dtype)

# %% [markdown]
# ## Challenge: Four divisions (5 minutes)

# %% [markdown]
# Solution

# %%
pixels = np.array([0, 51, 254, 255], dtype="uint8")

print("A:", pixels // 255)
print("B:", (pixels / 255).astype("uint8"))
print("C:", pixels.astype("float32") / 255)
print("D:", pixels.astype("float32") / 255 / 255)

# %% [markdown]
# ## Turn labels into rows of zeros and ones

# %%
print("Shape:", train_labels.shape)
print(train_labels[:5])

# %%
color_numbers = [0, 2, 1, 0]

print(keras.utils.to_categorical(color_numbers, num_classes=3))

# %% [markdown]
# ## Challenge: Read one-hot rows (4 minutes)

# %% [markdown]
# Solution

# %%
rows = np.array(
    [
        [0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]
)
for row in rows:
    print(class_names[np.argmax(row)])

print("Ten zeros:", np.argmax(np.zeros(10)))

# %% [markdown]
# ## Keep pictures back: splitting

# %%
numbers = np.arange(10)
letters = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]

train_numbers, val_numbers, train_letters, val_letters = train_test_split(
    numbers, letters, test_size=0.2, random_state=42
)

print("Training:  ", train_numbers, train_letters)
print("Validation:", val_numbers, val_letters)


# %% [markdown]
# ## Challenge: Complete `prepare_dataset` (7 minutes)

# %% [markdown]
# Solution

# %%
def prepare_dataset(images, labels):
    """Scale, one-hot encode and split pictures that a network learns from."""
    images = images.astype("float32") / 255
    labels = keras.utils.to_categorical(labels, num_classes=10)
    return train_test_split(images, labels, test_size=0.2, random_state=42)

train_images, val_images, train_labels, val_labels = prepare_dataset(train_images, train_labels)
test_images = test_images.astype("float32") / 255   # test labels stay integers

# %% [markdown]
# Solution

# %%
print("Training:  ", train_images.shape, train_labels.shape)
print("Validation:", val_images.shape, val_labels.shape)
print("Test:      ", test_images.shape, test_labels.shape)
print("Largest value:", train_images.max(), val_images.max(), test_images.max())

# %% [markdown]
# ## Labels before and after

# %%
print("Shape:", train_labels.shape)
print(train_labels[:5])
print("Classes:", np.argmax(train_labels[:5], axis=1))

# %% [markdown]
# ## What the dots mean, and how to look at everything

# %%
print(train_labels)

# %% [markdown]
# ## Challenge: Count the classes (5 minutes)

# %% [markdown]
# Solution

# %%
counts = pd.DataFrame(
    {
        "training": train_labels.sum(axis=0).astype(int),
        "validation": val_labels.sum(axis=0).astype(int),
        "test": np.bincount(test_labels[:, 0], minlength=10),
    },
    index=class_names,
)
print(counts)

# %% [markdown]
# Solution

# %%
counts.plot.bar(figsize=(8, 4.5), width=0.8, ylabel="number of pictures")
plt.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)  # above the bars
plt.tight_layout()
plt.show()
