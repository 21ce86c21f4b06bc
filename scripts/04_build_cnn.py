# %% [markdown]
# # Build a convolutional neural network
#
# Made from episodes/04-build-cnn.md by `lesson export`: edit that file.

# %%
import find_data  # the images, wherever this file is started from

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

image_shape = (32, 32, 3)  # rows, columns, channels of a CIFAR-10 image


# %% [markdown]
# ## Why not a dense layer?

# %%
def count_dense_parameters(values, neurons):
    """Count the weights and biases of a dense layer."""
    return values * neurons + neurons


print("CIFAR-10:", count_dense_parameters(32 * 32 * 3, neurons=64))
print("phone:   ", count_dense_parameters(3000 * 4000 * 3, neurons=64))

# %% [markdown]
# ## A kernel slides over the image

# %%
bright_above_dark = np.array([
    [9, 8, 9, 9, 8],
    [8, 9, 9, 8, 9],
    [9, 9, 9, 8, 8],
    [2, 1, 1, 1, 2],
    [1, 2, 1, 1, 2],
    [1, 1, 2, 1, 1],
])
edge_kernel = np.array([
    [1, 1, 1],
    [0, 0, 0],
    [-1, -1, -1],
])

window = bright_above_dark[1:4, 1:4]
products = window * edge_kernel
print(products)
print("sum:", products.sum())

# %% [markdown]
# ## Challenge: One cell by hand (4 minutes)

# %% [markdown]
# Solution

# %%
window = bright_above_dark[1:4, 2:5]
print((window * edge_kernel).sum())


# %%
def slide_kernel(image, kernel):
    """Apply a square kernel at every place where it fits on an image."""
    size = kernel.shape[0]
    rows = image.shape[0] - size + 1
    columns = image.shape[1] - size + 1
    result = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            window = image[row : row + size, column : column + size]
            result[row, column] = (window * kernel).sum()
    return result


print(slide_kernel(bright_above_dark, edge_kernel))

# %%
cat_photo = keras.utils.load_img("../data/cat.png", color_mode="grayscale")
cat_image = np.array(cat_photo, dtype="float32")
maps = {
    "horizontal edges": slide_kernel(cat_image, edge_kernel),
    # on its side: the columns are 1, 0 and -1
    "vertical edges": slide_kernel(cat_image, edge_kernel.T),
    # 81 equal weights that add up to 1: the mean of each window
    "blurred": slide_kernel(cat_image, np.ones((9, 9)) / 81),
}

figure, grid = plt.subplots(nrows=2, ncols=2, figsize=(11, 7.6))
grid[0, 0].imshow(cat_image, cmap="gray")
grid[0, 0].set_title("photograph")
for axes, (name, feature_map) in zip(grid.flat[1:], maps.items()):
    low, high = (0, 255) if name == "blurred" else (-100, 100)
    axes.imshow(feature_map, cmap="gray", vmin=low, vmax=high)
    axes.set_title(name)
for axes in grid.flat:
    axes.axis("off")
figure.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: How large is the feature map? (3 minutes)

# %% [markdown]
# Solution

# %%
cases = [(3, "valid", 1), (5, "valid", 1), (3, "same", 1), (3, "same", 2)]
for kernel_size, padding, stride in cases:
    convolution = layers.Conv2D(16, kernel_size, padding=padding, strides=stride)
    print(convolution.compute_output_shape((None, *image_shape)))

# %% [markdown]
# ## Pooling

# %%
small_map = np.array([
    [1, 0, 4, 2],
    [3, 2, 0, 6],
    [0, 1, 5, 5],
    [7, 0, 2, 3],
])
tile = small_map[0:2, 0:2]
print("max:", tile.max(), "average:", tile.mean())

# %% [markdown]
# ## Challenge: Pool by hand (3 minutes)

# %% [markdown]
# Solution

# %%
feature_map = np.array([[4, 0, 1, 1, 9], [2, 2, 3, 1, 9], [8, 8, 8, 8, 8]])
batch = feature_map.reshape(1, 3, 5, 1).astype("float32")
for pooling in [layers.MaxPooling2D((2, 2)), layers.AveragePooling2D((2, 2))]:
    pooled = keras.ops.convert_to_numpy(pooling(batch))
    print(pooled.flatten(), "parameters:", pooling.count_params())

# %% [markdown]
# ## Flatten, dense, output

# %%
scores = np.array([3.0, 1.0, -1.0])

powers = np.exp(scores)
probabilities = powers / powers.sum()
print(probabilities.round(3), "sum:", probabilities.sum().round(3))

# %% [markdown]
# ## The whole network

# %%
keras.utils.clear_session()  # forget earlier layers, so that names count from the start

inputs = keras.Input(shape=image_shape)
hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)

model_start = keras.Model(inputs, hidden, name="the_first_two_layers")
model_start.summary()


# %% [markdown]
# ## Challenge: Build it (6 minutes)

# %% [markdown]
# Solution

# %%
def create_model_intro():
    """Build a small CNN that tells ten classes apart."""
    # In: 32 rows of 32 pixels with 3 colours
    inputs = keras.Input(shape=(32, 32, 3))

    # Look for small patterns, then shrink the result; and once more.
    hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)

    # Weigh up what was found.
    hidden = layers.Flatten()(hidden)
    hidden = layers.Dense(units=64, activation="relu")(hidden)

    # Out: one probability for each class
    outputs = layers.Dense(units=10, activation="softmax")(hidden)

    return keras.Model(inputs, outputs, name="cifar_model_intro")


keras.utils.clear_session()
model_intro = create_model_intro()
model_intro.summary()

# %% [markdown]
# ## Challenge: Where do the parameters come from? (4 minutes)

# %% [markdown]
# Solution

# %%
parameters = [
    (3 * 3 * 3 + 1) * 16,
    (3 * 3 * 16 + 1) * 32,
    (6 * 6 * 32 + 1) * 64,
    (64 + 1) * 10,
]
print(parameters, "together:", sum(parameters))

# %% [markdown]
# ## Challenge: Predict a change (2 minutes)

# %% [markdown]
# Solution

# %%
without_pooling = [448, 4640, (13 * 13 * 32 + 1) * 64, 650]
print("parameters:", sum(without_pooling))

# %% [markdown]
# ## Challenge: Turn the kernel (optional)

# %% [markdown]
# Solution

# %%
print(slide_kernel(bright_above_dark, edge_kernel.T))

# %% [markdown]
# ## Challenge: Larger images (optional)

# %% [markdown]
# Solution

# %%
dense_before = count_dense_parameters(32 * 32 * 3, neurons=64)
dense_after = count_dense_parameters(64 * 64 * 3, neurons=64)
print("dense:", dense_before, "to", dense_after)
print("convolution:", (3 * 3 * 3 + 1) * 16)
