"""A ResNeXt in plain NumPy, float64, as torchvision writes and pads it, window by window.

It reads the weights by place and nothing else of ours. `Bottleneck` and `ResNet` of
``torchvision/models/resnet.py`` pad a 3x3 window by 1, the stem's 7x7 by 3, its pooling by 1.
"""

import numpy as np

EPSILON = 1e-5


def windows(x, side, stride, pad, value=0.0):
    """Each output position of a window with ``pad`` positions of ``value`` on every side."""
    height, width = x.shape[1:3]
    padded = np.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)], constant_values=value)
    out = [(length + 2 * pad - side) // stride + 1 for length in (height, width)]
    for i in range(out[0]):
        for j in range(out[1]):
            rows, columns = i * stride, j * stride
            yield out, (i, j), padded[:, rows : rows + side, columns : columns + side]


def conv(x, kernel, stride=1, pad=0, groups=1):
    group_channels, filters = kernel.shape[-2:]
    y = None
    for out, (i, j), window in windows(x, kernel.shape[0], stride, pad):
        y = np.zeros((len(x), *out, filters)) if y is None else y
        for g in range(groups):
            ins = slice(g * group_channels, (g + 1) * group_channels)
            outs = slice(g * filters // groups, (g + 1) * filters // groups)
            y[:, i, j, outs] = np.einsum("nabc,abco->no", window[..., ins], kernel[..., outs])
    return y


def max_pool(x, side=3, stride=2, pad=1):
    y = None
    for out, (i, j), window in windows(x, side, stride, pad, -np.inf):
        y = np.zeros((len(x), *out, x.shape[-1])) if y is None else y
        y[:, i, j] = window.max(axis=(1, 2))
    return y


def relu(x):
    return np.maximum(x, 0)


def forward(x, weights, blocks, groups, *, stem="imagenet"):
    """Class probabilities of images (n, h, w, c), from weights by place in the grouped form."""
    w = {key: np.asarray(value, "float64") for key, value in weights.items()}

    def bn(x, place):
        mean, variance = w[f"{place}/moving_mean"], w[f"{place}/moving_variance"]
        x = (x - mean) / np.sqrt(variance + EPSILON)
        return x * w[f"{place}/gamma"] + w[f"{place}/beta"]

    x = np.asarray(x, "float64")
    if stem == "imagenet":
        x = max_pool(relu(bn(conv(x, w["stem/conv/kernel"], 2, 3), "stem/bn")))
    else:
        x = relu(bn(conv(x, w["stem/conv/kernel"], 1, 1), "stem/bn"))
    for stage, count in enumerate(blocks, 1):
        for block in range(1, count + 1):
            place, stride = f"stage{stage}/block{block}", 2 if block == 1 < stage else 1
            y = relu(bn(conv(x, w[f"{place}/conv1/kernel"]), f"{place}/bn1"))
            y = conv(y, w[f"{place}/conv2/kernel"], stride, 1, groups)
            y = relu(bn(y, f"{place}/bn2"))
            y = bn(conv(y, w[f"{place}/conv3/kernel"]), f"{place}/bn3")
            if block == 1:
                kernel = w[f"{place}/shortcut/conv/kernel"]
                x = bn(conv(x, kernel, stride), f"{place}/shortcut/bn")
            x = relu(x + y)
    logits = x.mean(axis=(1, 2)) @ w["classifier/dense/kernel"] + w["classifier/dense/bias"]
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)
