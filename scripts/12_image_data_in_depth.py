# %% [markdown]
# # Image data in depth
#
# Made from episodes/12-image-data-in-depth.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import find_data  # the images, wherever this file is started from

from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from PIL import Image
from sklearn.model_selection import GroupShuffleSplit, train_test_split

(raw_images, raw_labels), (raw_test_images, test_labels) = (
    keras.datasets.cifar10.load_data()
)
class_names = [
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
]

print("Images:", raw_images.shape, raw_images.dtype)
print("Labels:", raw_labels.shape, raw_labels.dtype)

# %% [markdown]
# ## Three ways to store an image

# %%
photo = keras.utils.load_img("../data/cat.png")
photo_array = keras.utils.img_to_array(photo)
photo_tensor = keras.ops.convert_to_tensor(photo_array)
print("Pillow:", photo.size)
print("NumPy: ", photo_array.shape, photo_array.dtype)
print("Tensor:", keras.ops.shape(photo_tensor))

array_again = keras.ops.convert_to_numpy(photo_tensor)
photo_again = Image.fromarray(array_again.astype("uint8"))
print("Back:  ", photo_again.size)
print("Same values:", np.array_equal(np.array(photo_again), photo_array))

# %% [markdown]
# ## Looking inside a large array

# %%
red = raw_images[0, :, :, 0]
print(red)

# %%
print(red[10:13, 20:24])  # 3 rows, 4 columns
print(raw_labels[100:103])  # the labels of images 100, 101 and 102

# %% [markdown]
# ## Challenge: A close-up of the eyes (3 minutes)

# %% [markdown]
# Solution

# %%
eyes = photo_array[70:180, 110:370]
eyes_image = Image.fromarray(eyes.astype("uint8"))
eyes_image.save("eyes.png")

eyes_again = keras.utils.img_to_array(keras.utils.load_img("eyes.png"))
print("Array:", eyes.shape, "Pillow:", eyes_image.size)
print("Same values:", np.array_equal(eyes, eyes_again))
plt.imshow(eyes_image)
plt.show()

# %% [markdown]
# ## Number types and memory

# %%
for number_type in ["uint8", "float32", "float64"]:
    one_image = raw_images[0].astype(number_type)
    megabytes = one_image.nbytes * len(raw_images) / 1_000_000
    print(f"{number_type:8}{one_image.nbytes:6} bytes per image, {megabytes:6.1f} MB")

print("Without astype:", (raw_images[0] / 255).dtype)

# %%
bright = np.array([100, 200, 250], dtype="uint8")
print("uint8:  ", bright + 10)
print("float32:", bright.astype("float32") + 10)

# %% [markdown]
# ## Challenge: How much memory? (3 minutes)

# %% [markdown]
# Solution

# %%
one_image = np.zeros((1000, 1000, 3), dtype="float32")
print(one_image.nbytes * 2000 / 1_000_000_000, "GB")

# %% [markdown]
# ## Making images the same size

# %%
squeeze = layers.Resizing(100, 100)
crop = layers.Resizing(100, 100, crop_to_aspect_ratio=True)
pad = layers.Resizing(100, 100, pad_to_aspect_ratio=True)

results = [("original", photo_array)]
for name, resize in [("squeezed", squeeze), ("cropped", crop), ("padded", pad)]:
    results.append((name, keras.ops.convert_to_numpy(resize(photo_array))))

plt.figure(figsize=(7, 6))
for position, (name, image) in enumerate(results, start=1):
    print(name, image.shape)
    plt.subplot(2, 2, position)
    plt.imshow(image.astype("uint8"))
    plt.title(name)
    plt.axis("off")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## A folder as a data set

# %%
for class_name in ["cat", "frog", "ship"]:
    class_number = class_names.index(class_name)
    class_images = raw_images[raw_labels[:, 0] == class_number]

    class_folder = Path("three_classes") / class_name
    class_folder.mkdir(parents=True, exist_ok=True)  # no error if it already exists
    for number in range(10):
        image = Image.fromarray(class_images[number])
        image.save(class_folder / f"{class_name}_{number}.png")

print(len(list(Path("three_classes").glob("*/*.png"))), "files")

# %%
train_set, val_set = keras.utils.image_dataset_from_directory(
    "three_classes",
    label_mode="int",
    image_size=(32, 32),
    batch_size=8,
    validation_split=0.2,
    subset="both",
    seed=42,
)
print("Batches:", len(train_set), "and", len(val_set))

# %%
print("Classes:", train_set.class_names)
for batch_images, batch_labels in val_set:
    print("Shape:", batch_images.shape, "largest:", batch_images.numpy().max())
    print("Images per class:", np.bincount(batch_labels, minlength=3))

# %% [markdown]
# ## When a class is rare

# %%
leaf_labels = np.array(["healthy"] * 90 + ["rust"] * 10)

for seed in range(5):
    train_part, plain = train_test_split(leaf_labels, test_size=0.2, random_state=seed)
    train_part, stratified = train_test_split(
        leaf_labels, test_size=0.2, random_state=seed, stratify=leaf_labels
    )
    print(seed, "plain", sum(plain == "rust"), "stratified", sum(stratified == "rust"))

# %% [markdown]
# ## When images belong together

# %%
plants = np.array(["A", "A", "B", "B", "C", "C", "D", "D", "E", "E"])
numbers = np.arange(10)

train, val = train_test_split(numbers, test_size=0.2, random_state=42)
print("At random: ", plants[np.sort(train)], "|", plants[np.sort(val)])

splitter = GroupShuffleSplit(n_splits=1, test_size=0.2, random_state=42)
train, val = next(splitter.split(numbers, groups=plants))
print("By plant:  ", plants[np.sort(train)], "|", plants[np.sort(val)])

# %% [markdown]
# ## Augmentation in detail

# %%
random_flip = layers.RandomFlip("horizontal", seed=1)
random_rotation = layers.RandomRotation(0.08, seed=2)
random_contrast = layers.RandomContrast(0.6, value_range=(0, 255), seed=3)

copies = [("original", photo_array)]
for number in range(1, 6):
    image = random_flip(photo_array, training=True)
    image = random_rotation(image, training=True)
    image = random_contrast(image, training=True)
    copies.append((f"copy {number}", keras.ops.convert_to_numpy(image)))

plt.figure(figsize=(7, 7.2))
for position, (name, image) in enumerate(copies, start=1):
    plt.subplot(3, 2, position)
    plt.imshow(image.astype("uint8"))
    plt.title(name)
    plt.axis("off")
plt.tight_layout()
plt.show()

# %%
scaled_photo = photo_array / 255

for value_range in [(0, 255), (0, 1)]:
    brightness = layers.RandomBrightness(0.2, value_range=value_range, seed=1)
    changed = keras.ops.convert_to_numpy(brightness(scaled_photo, training=True))
    print(f"{value_range} gives values from {changed.min():.2f} to {changed.max():.2f}")

# %% [markdown]
# ## A convolution you can check

# %%
grey_photo = keras.utils.load_img("../data/cat.png", color_mode="grayscale")
grey = np.array(grey_photo, dtype="float32")
edge_kernel = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])

windows = np.lib.stride_tricks.sliding_window_view(grey, (3, 3))
by_numpy = (windows * edge_kernel).sum(axis=(2, 3))
print("Windows:", windows.shape, "feature map:", by_numpy.shape)

# %%
edge_layer = layers.Conv2D(filters=1, kernel_size=3)
grey_batch = grey.reshape(1, 300, 451, 1)
edge_layer.build(grey_batch.shape)
edge_layer.set_weights([edge_kernel.reshape(3, 3, 1, 1), np.zeros(1)])

by_keras = keras.ops.convert_to_numpy(edge_layer(grey_batch))
print("Shape:", by_keras.shape)
print("Same feature map:", np.allclose(by_keras[0, :, :, 0], by_numpy))

# %% [markdown]
# ## Challenge: What does the bias do? (2 minutes)

# %% [markdown]
# Solution

# %%
edge_layer.set_weights([edge_kernel.reshape(3, 3, 1, 1), np.full(1, 10)])
with_bias = keras.ops.convert_to_numpy(edge_layer(grey_batch))

difference = with_bias - by_keras
print("Smallest difference:", difference.min(), "largest:", difference.max())
