# %% [markdown]
# # Looking inside
#
# Made from episodes/11-looking-inside.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import find_data  # the images, wherever this file is started from

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

data = keras.datasets.cifar10.load_data()
(raw_images, raw_labels), (raw_test_images, test_labels) = data
class_names = [
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
]

# the same split as in the other episodes; only the validation images are needed
parts = train_test_split(raw_images, raw_labels, test_size=0.2, random_state=42)
val_images = parts[1].astype("float32") / 255
val_classes = parts[3][:, 0]

model_best = keras.models.load_model("../data/model_best.keras")
probabilities = model_best.predict(val_images, verbose=0)
predicted_classes = probabilities.argmax(axis=1)
right = predicted_classes == val_classes
print("accuracy on the validation images:", right.mean().round(3))

for number, layer in enumerate(model_best.layers):
    print(number, type(layer).__name__, layer.output.shape)

# %% [markdown]
# ## Filters and feature maps

# %%
# 3 rows, 3 columns, 3 colours, 16 filters
filters = model_best.layers[1].get_weights()[0]

figure, panels = plt.subplots(4, 4, figsize=(6, 6.6))
for number, panel in enumerate(panels.flat):
    weights = filters[:, :, :, number]
    smallest, largest = weights.min(), weights.max()
    panel.imshow((weights - smallest) / (largest - smallest))  # from 0 to 1
    panel.set_title(number, fontsize=16)
    panel.axis("off")
plt.tight_layout()
plt.show()

# %%
convolutions = [model_best.layers[1], model_best.layers[3], model_best.layers[5]]
look_inside = keras.Model(model_best.inputs, [layer.output for layer in convolutions])

all_maps = look_inside.predict(val_images[:800], verbose=0)
for maps in all_maps:
    print(maps.shape)

# %%
example = 108

figure, panels = plt.subplots(3, 5, figsize=(8, 5.6))
for maps, row in zip(all_maps, panels):
    of_image = maps[example]
    row[0].imshow(val_images[example])
    row[0].set_title(f"{of_image.shape[0]} × {of_image.shape[1]}", fontsize=17)
    strongest = of_image.mean(axis=(0, 1)).argsort()[::-1][:4]
    for panel, number in zip(row[1:], strongest):
        panel.imshow(of_image[:, :, number], cmap="gray")
        panel.set_title(number, fontsize=17)
    for panel in row:
        panel.axis("off")
plt.tight_layout()
plt.show()
print("true:", class_names[val_classes[example]])
print("predicted:", class_names[predicted_classes[example]])

# %%
for maps in all_maps:
    strongest = maps.max(axis=(0, 1, 2))  # one number per filter
    silent = (strongest == 0).sum()
    print(f"{len(strongest)} filters, of which {silent} never respond")

# %% [markdown]
# ## Challenge: A filter for cars? (5 minutes)

# %% [markdown]
# Solution

# %%
maps_3 = all_maps[2]
responses = maps_3.mean(axis=(1, 2))  # 800 images x 64 filters
classes = val_classes[:800]

rows = []
for number in range(10):
    rows.append(responses[classes == number].mean(axis=0))
table = pd.DataFrame(rows, index=class_names)

often = (maps_3 > 0).mean(axis=(0, 1, 2)) > 0.1
picked = (table.max() / table.mean())[often].idxmax()
print(table[picked].round(2))

# %% [markdown]
# ## Cover a part and ask again

# %%
image = val_images[example]
class_number = predicted_classes[example]

covered = image.copy()
covered[12:20, 12:20] = 0.5  # a grey square in the middle
two_images = np.array([image, covered])
print(model_best.predict(two_images, verbose=0)[:, class_number].round(2))

# %%
places = range(0, 25, 4)  # where squares of 8 x 8 pixels begin: 0, 4, ... 24


def occlusion_maps(images, classes, colour):
    """How far the probability of each image's class drops: images x 7 x 7 numbers."""
    which = np.arange(len(images))
    before = model_best.predict(images, verbose=0)[which, classes]
    drops = []
    for top in places:
        for left in places:
            copies = images.copy()
            copies[:, top : top + 8, left : left + 8] = colour
            after = model_best.predict(copies, batch_size=200, verbose=0)
            drops.append(before - after[which, classes])
    return np.array(drops).T.reshape(len(images), 7, 7)


some_images = val_images[:200]
some_classes = predicted_classes[:200]
drops = {
    "grey": occlusion_maps(some_images, some_classes, 0.5),
    "black": occlusion_maps(some_images, some_classes, 0),
}

figure, panels = plt.subplots(2, 3, figsize=(8, 5.2), layout="constrained")
for number, row in zip([108, 156], panels):
    name = class_names[some_classes[number]]
    row[0].imshow(some_images[number])
    row[0].set_title(f"{name}, {probabilities[number].max():.2f}", fontsize=17)
    row[0].axis("off")
    for panel, colour in zip(row[1:], drops):
        # each cell is drawn around the middle of its square
        edges = (1.5, 29.5, 29.5, 1.5)
        heat = panel.imshow(
            drops[colour][number], vmin=-1, vmax=1, cmap="PuOr", extent=edges
        )
        panel.set(xlim=(-0.5, 31.5), ylim=(31.5, -0.5), xticks=[], yticks=[])
        panel.set_facecolor("lightgrey")
        panel.spines[:].set_visible(False)
        panel.set_title(colour, fontsize=17)
bar = figure.colorbar(heat, ax=panels, shrink=0.8)
bar.ax.tick_params(labelsize=15)
plt.show()

# %% [markdown]
# ## Challenge: Which conclusion survives? (7 minutes)

# %% [markdown]
# Solution

# %%
mean_colours = some_images.mean(axis=(1, 2), keepdims=True)  # one colour per image
drops["mean"] = occlusion_maps(some_images, some_classes, mean_colours)

for colour in drops:
    middle = drops[colour][:, 2:5, 2:5].mean()
    print(f"{colour:6} middle {middle:.2f}, everywhere {drops[colour].mean():.2f}")


def far_apart(first, second):
    """Share of images whose two most important squares don't even overlap."""
    first_row, first_column = np.divmod(first.reshape(-1, 49).argmax(axis=1), 7)
    second_row, second_column = np.divmod(second.reshape(-1, 49).argmax(axis=1), 7)
    rows, columns = abs(first_row - second_row), abs(first_column - second_column)
    return (np.maximum(rows, columns) > 1).mean()


print("grey and black:", far_apart(drops["grey"], drops["black"]).round(2))
print("grey and mean: ", far_apart(drops["grey"], drops["mean"]).round(2))

# %% [markdown]
# ## The object or the background?

# %%
# for each image, the rows and columns of the box; np.s_ stores a slice for later
boxes = {
    33: np.s_[10:21, 0:32], 51: np.s_[11:23, 3:29], 83: np.s_[8:23, 0:31],
    133: np.s_[6:29, 4:29], 196: np.s_[7:24, 0:32], 215: np.s_[10:15, 8:25],
    248: np.s_[9:23, 9:23], 369: np.s_[9:24, 0:32], 415: np.s_[2:23, 0:32],
    455: np.s_[7:26, 0:32], 554: np.s_[6:19, 0:32], 793: np.s_[11:26, 0:27],
}
twelve = val_images[list(boxes)]


def cover(part, name):
    """The twelve images with the airplane or the sky covered in a colour."""
    copies = twelve.copy()
    for copy, original, box in zip(copies, twelve, boxes.values()):
        is_sky = np.ones((32, 32), dtype=bool)
        is_sky[box] = False
        sky_colour = original[is_sky].mean(axis=0)  # mean of red, green and blue
        colour = {"black": 0, "grey": 0.5, "sky colour": sky_colour}[name]
        copy[is_sky if part == "sky" else ~is_sky] = colour
    return copies


covers = [
    ("airplane", "black"), ("airplane", "grey"), ("airplane", "sky colour"),
    ("sky", "black"), ("sky", "grey"),
]
sky_test = {"nothing": model_best.predict(twelve, verbose=0)}
shown = [twelve[3]]  # image 133
for part, name in covers:
    copies = cover(part, name)
    sky_test[f"{part}: {name}"] = model_best.predict(copies, verbose=0)
    shown.append(copies[3])

figure, panels = plt.subplots(2, 3, figsize=(8, 6))
for panel, shown_image, what in zip(panels.flat, shown, sky_test):
    panel.imshow(shown_image)
    panel.set_title(what, fontsize=15)
    panel.axis("off")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: Is it the sky? (5 minutes)

# %%
for what, answers in sky_test.items():
    still = (answers.argmax(axis=1) == 0).sum()  # class 0 is the airplane
    print(f"{what:21} {still:2} of 12, mean probability {answers[:, 0].mean():.2f}")

# %% [markdown]
# ## How much does each place add?

# %%
maps_3 = all_maps[2]
weights, biases = model_best.layers[-1].get_weights()
scores = maps_3.reshape(800, -1) @ weights + biases  # 800 images x 10 classes

powers = np.exp(scores)
by_hand = powers / powers.sum(axis=1, keepdims=True)  # softmax
print(np.allclose(by_hand, probabilities[:800], atol=0.0001))

# %%
car_filter = 16  # the one picked in the challenge
maps_without = maps_3.copy()
maps_without[:, :, :, car_filter] = 0
scores_without = maps_without.reshape(800, -1) @ weights + biases

cars = val_classes[:800] == 1
with_filter = scores.argmax(axis=1)[cars] == 1
without_filter = scores_without.argmax(axis=1)[cars] == 1
print(f"{cars.sum()} cars, of which the network recognises")
print(f"{with_filter.sum()} with the filter and {without_filter.sum()} without it")

# %%
weights_at = weights.reshape(4, 4, 64, 10)  # row, column, feature map, class


def contributions(maps, class_number):
    """What each place adds to the score of a class: 4 x 4 numbers."""
    return (maps * weights_at[:, :, :, class_number]).sum(axis=-1)


print(contributions(maps_3[example], class_number).round(2))


# %%
def grad_cam(maps, class_number):
    """Grad-CAM for a network that ends in flatten and dense: 4 x 4 numbers."""
    slopes = weights_at[:, :, :, class_number].mean(axis=(0, 1))  # one per feature map
    return np.maximum((maps * slopes).sum(axis=-1), 0)


figure, panels = plt.subplots(2, 3, figsize=(8, 6))
for number, row in zip([108, 156], panels):
    row[0].set_title(class_names[predicted_classes[number]], fontsize=17)
    methods = {"contributions": contributions, "Grad-CAM": grad_cam}
    for panel, name in zip(row[1:], methods):
        heat = methods[name](maps_3[number], predicted_classes[number])
        largest = np.abs(heat).max()
        # each cell is drawn around the middle of the 18 x 18 pixels that it depends on
        edges = (6.5, 22.5, 22.5, 6.5)
        panel.imshow(heat, vmin=-largest, vmax=largest, cmap="PuOr", extent=edges)
        panel.set_title(name, fontsize=17)
        panel.set_facecolor("lightgrey")
    row[0].imshow(val_images[number])
    for panel in row:
        panel.set(xlim=(-0.5, 31.5), ylim=(31.5, -0.5), xticks=[], yticks=[])
        panel.spines[:].set_visible(False)
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: Two maps on paper (5 minutes)

# %% [markdown]
# Solution

# %%
map_1, weights_1 = np.array([2, 0, 1, 0]), np.array([0, 0, 4, 0])
map_2, weights_2 = np.array([0, 3, 0, 1]), np.array([2, -1, 0, 3])

parts_of_score = map_1 * weights_1 + map_2 * weights_2
print("contributions:", parts_of_score, "score:", parts_of_score.sum() + 1)

paper_cam = map_1 * weights_1.mean() + map_2 * weights_2.mean()
print("Grad-CAM:     ", np.maximum(paper_cam, 0))

# %% [markdown]
# ## Test the explanations

# %%
images = val_images[:800]
which, classes = np.arange(800), predicted_classes[:800]
before = probabilities[which, classes]


def flat_maps(method):
    """The 16 numbers of each image's map, in one row per image."""
    pairs = zip(maps_3, classes)
    return np.array([method(maps, number).reshape(16) for maps, number in pairs])


def drops_at(cells, colours):
    """Drop of each image when one cell of its map (0 to 15) is covered."""
    copies = images.copy()
    for copy, cell, colour in zip(copies, cells, colours):
        row, column = divmod(cell, 4)
        top, left = 5 + 4 * row, 5 + 4 * column  # the middle of the cell's window
        copy[top : top + 8, left : left + 8] = colour
    return before - model_best.predict(copies, verbose=0)[which, classes]


cells = {
    "highest contribution": flat_maps(contributions).argmax(axis=1),
    "lowest contribution": flat_maps(contributions).argmin(axis=1),
    "highest Grad-CAM": flat_maps(grad_cam).argmax(axis=1),
    "lowest Grad-CAM": flat_maps(grad_cam).argmin(axis=1),
    "random place": np.random.default_rng(seed=1).integers(16, size=800),
}
colours = {"black": np.zeros(800), "mean": images.mean(axis=(1, 2))}

single = {c: {f: drops_at(cells[f], colours[c]) for f in cells} for c in colours}
for colour in single:
    print(f"{colour} squares")
    for cell, drop in single[colour].items():
        error = drop.std() / np.sqrt(800)  # the standard error of the mean
        print(f"  {cell:21}{drop.mean():.3f} ± {error:.3f}")

# %% [markdown]
# ## Is it as sure as it should be?

# %%
confidence = probabilities.max(axis=1)

table = pd.DataFrame({"confidence": confidence, "accuracy": right})
table["group"] = np.minimum((confidence * 10).astype(int), 9)  # 0.73 is in group 7
groups = table.groupby("group").mean()
groups["images"] = table.groupby("group").size()
print(groups.round(2))

# %%
large = groups[groups["images"] >= 50]

plt.figure(figsize=(6, 5.4))
plt.plot([0, 1], [0, 1], linestyle="--", color="grey")
plt.plot(large["confidence"], large["accuracy"], marker="o", color="black")
plt.xlabel("mean confidence", fontsize=17)
plt.ylabel("accuracy", fontsize=17)
plt.tick_params(labelsize=15)
plt.tight_layout()
plt.show()

# %%
gaps = (groups["accuracy"] - groups["confidence"]).abs()
calibration_error = (gaps * groups["images"]).sum() / groups["images"].sum()
print(f"expected calibration error: {calibration_error:.3f}")
print(f"mean confidence: {confidence.mean():.3f}, accuracy: {right.mean():.3f}")

# %% [markdown]
# ## Challenge: A calibration error on paper (5 minutes)

# %% [markdown]
# Solution

# %%
lesions = pd.DataFrame(
    {"images": [20, 30, 50], "confidence": [0.5, 0.7, 0.9], "right": [14, 21, 40]}
)
lesions["accuracy"] = lesions["right"] / lesions["images"]
lesions["gap"] = lesions["accuracy"] - lesions["confidence"]
print(lesions.round(2))

total = (lesions["gap"].abs() * lesions["images"]).sum()
print(f"expected calibration error: {total / lesions['images'].sum():.2f}")
