"""Writes what Keras says of some models, for tests that must not import it themselves.

Run as a program: ``python keras_models.py FOLDER`` makes NAME.keras and facts.json there.
"""

import json
import os
import sys
from pathlib import Path

from explorer.jobs.keras_process import import_keras, leave


def models():
    keras = import_keras()
    from keras import layers

    from resnext import ResNeXtSpec, build_model, group, identity_block, projection_block

    yield build_model(ResNeXtSpec.from_name("mini_resnext"))
    yield build_model(ResNeXtSpec.from_name("resnext29_8x64d", form="split", blocks=(1, 1, 1)))
    yield build_model(ResNeXtSpec.from_name("seresnext11_4x8d"))

    images = keras.Input((32, 32, 3))
    x = layers.Conv2D(32, (3, 3), padding="same", activation="relu")(images)
    x = group(x, filters_in=64, filters_out=128, n_blocks=2)
    x = projection_block(x, 128, 256)
    x = identity_block(x, 256, 256)
    x = layers.Dense(10, activation="softmax")(layers.Flatten()(x))
    yield keras.Model(images, x, name="composed")

    images = keras.Input((33, 20, 3))
    x = layers.Cropping2D(((2, 0), (0, 1)))(layers.ZeroPadding2D(((3, 2), (0, 4)))(images))
    x = layers.Conv2D(8, (3, 5), strides=(2, 1), activation="relu")(x)
    x = layers.Conv2D(8, 3, dilation_rate=2, padding="same", groups=4, use_bias=False)(x)
    x = layers.BatchNormalization(scale=False, trainable=False)(x)
    y = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x)
    y = layers.SeparableConv2D(8, 3, padding="same")(y)
    x = layers.AveragePooling2D(3, strides=2)(layers.Add()([x, y]))
    shared = layers.Conv2D(8, 3, padding="same")
    x = shared(layers.LeakyReLU()(shared(x)))
    inner = keras.Sequential([layers.MaxPooling2D(), layers.Conv2D(4, 1)], name="inner")
    x = layers.Concatenate()([inner(x), inner(x)])
    x = layers.Dropout(0.5)(layers.Reshape((-1, 8))(x))
    x = layers.Dense(5)(layers.Flatten()(x))
    yield keras.Model(images, layers.Activation("softmax")(x), name="foreign")

    yield keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()], name="row"
    )

    images = keras.Input((8, 8, 4))
    x = layers.Conv2D(4, 1)(layers.LayerNormalization(name="unknown")(images))
    yield keras.Model(images, layers.Conv2DTranspose(2, 3)(x), name="strange")


def kind(layer):
    """Its class, and by another name what a Conv2D and a Cropping2D are used for."""
    name = type(layer).__name__
    if name == "Conv2D" and layer.groups > 1:
        return "GroupedConv2D"
    slices = name == "Cropping2D" and layer.data_format == "channels_first"
    return "ChannelSlice" if slices else name


def main(folder):
    facts = {}
    for model in models():
        path = folder / f"{model.name}.keras"
        model.save(path)
        facts[model.name] = {
            "file": path.name,
            "params": model.count_params(),
            "trainable": sum(int(w.shape.num_elements()) for w in model.trainable_variables),
            "output_shape": list(model.output_shape[1:]),
            "layers": [
                [layer.name, kind(layer), list(layer.output.shape[1:])] for layer in model.layers
            ],
        }
    (folder / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    main(Path(sys.argv[1]))
    leave(0)
