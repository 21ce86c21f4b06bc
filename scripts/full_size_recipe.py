"""Train a larger network until it names at least 85 of 100 test images correctly.

Run it in this folder:

    python full_size_recipe.py

Everything in it is known from episodes 9 and 10: convolutions with batch normalisation, dropout,
augmentation, and a learning rate that rises and falls. There is only more of it. Half an hour to
an hour on two processor cores; what a run gave is in ../data/full_size/recipe.csv and recipe.txt.
"""

# %% [markdown]
# # A recipe at full size

# %%
import time
from pathlib import Path

import keras
import pandas as pd
from keras import layers
from sklearn.model_selection import train_test_split

epochs = 14
batch_size = 64
largest_rate = 0.004

results = Path("../data/full_size")
results.mkdir(parents=True, exist_ok=True)

# %% [markdown]
# ## The pictures: 80 % to learn from, 20 % to watch, and the test set for one measurement

# %%
(train_images, train_labels), (test_images, test_labels) = keras.datasets.cifar10.load_data()
train_images = train_images.astype("float32") / 255
test_images = test_images.astype("float32") / 255
train_labels = keras.utils.to_categorical(train_labels, num_classes=10)
test_labels = keras.utils.to_categorical(test_labels, num_classes=10)
train_images, val_images, train_labels, val_labels = train_test_split(
    train_images, train_labels, test_size=0.2, random_state=42
)

# %% [markdown]
# ## The network


# %%
def convolve(features, filters):
    """Add a convolution with batch normalisation; the size of the feature maps stays."""
    features = layers.Conv2D(filters, kernel_size=(3, 3), padding="same", use_bias=False)(features)
    features = layers.BatchNormalization()(features)
    return layers.Activation("relu")(features)


def create_model_large():
    """Build a network of six convolutions that learns from flipped and shifted pictures."""
    inputs = keras.Input(shape=(32, 32, 3))

    # augmentation: at work in training only
    features = layers.RandomFlip("horizontal")(inputs)
    features = layers.RandomTranslation(height_factor=0.1, width_factor=0.1)(features)

    # look for features
    features = convolve(features, filters=32)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = convolve(features, filters=64)
    features = convolve(features, filters=64)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = convolve(features, filters=128)
    features = convolve(features, filters=128)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = convolve(features, filters=256)

    # decide: the mean of each feature map is enough
    features = layers.GlobalAveragePooling2D()(features)
    features = layers.Dropout(rate=0.3)(features)
    outputs = layers.Dense(units=10, activation="softmax")(features)
    return keras.Model(inputs, outputs, name="cifar_model_large")


keras.utils.set_random_seed(42)
model = create_model_large()
model.summary()

# %% [markdown]
# ## Train

# %%
steps = epochs * len(train_images) // batch_size
warmup_steps = steps // 10
schedule = keras.optimizers.schedules.CosineDecay(
    initial_learning_rate=largest_rate / 10,
    warmup_target=largest_rate,
    warmup_steps=warmup_steps,
    decay_steps=steps - warmup_steps,
)

# PyTorch takes one step at a time
steps_at_once = 25
if keras.backend.backend() == "torch":
    steps_at_once = 1

model.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(learning_rate=schedule),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    steps_per_execution=steps_at_once,
)

start = time.perf_counter()
history = model.fit(
    train_images,
    train_labels,
    batch_size=batch_size,
    epochs=epochs,
    validation_data=(val_images, val_labels),
    verbose=2,
)
seconds = time.perf_counter() - start

# %% [markdown]
# ## Measure once, and keep the log

# %%
measured = model.evaluate(test_images, test_labels, return_dict=True, verbose=0)

table = pd.DataFrame(history.history)
table.index = range(1, len(table) + 1)
table.index.name = "epoch"
table.round(4).to_csv(results / "recipe.csv")

summary = f"""test accuracy:       {measured["accuracy"]:.4f}
validation accuracy: {history.history["val_accuracy"][-1]:.4f}
parameters:          {model.count_params():,}
epochs:              {epochs}
minutes of training: {seconds / 60:.0f}
backend:             Keras {keras.__version__}, {keras.backend.backend()}
command:             python full_size_recipe.py
"""
(results / "recipe.txt").write_text(summary, encoding="utf-8")
print(summary)

Path("fit_outputs").mkdir(exist_ok=True)
model.save("fit_outputs/model_large.keras")
