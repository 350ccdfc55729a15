"""A grouped convolution and its gradients in plain NumPy, float64, window by window."""

import numpy as np


def grouped_conv(x, kernel, groups, stride, padding, dy):
    """Output for "same" or "valid" padding, and the gradients of sum(output * dy)."""
    (n, height, width, _), (k, _, group_channels, filters) = x.shape, kernel.shape
    if padding == "same":
        out = [-(-length // stride) for length in (height, width)]
        missing = [max((o - 1) * stride + k - s, 0) for o, s in zip(out, (height, width))]
    else:
        out = [(length - k) // stride + 1 for length in (height, width)]
        missing = [0, 0]
    pads = [(0, 0), *((m // 2, m - m // 2) for m in missing), (0, 0)]
    padded = np.pad(np.asarray(x, "float64"), pads)
    y, d_kernel, d_padded = np.zeros((n, *out, filters)), np.zeros(kernel.shape), padded * 0
    if dy is None:
        dy = y
    per_group = filters // groups
    for i in range(out[0]):
        for j in range(out[1]):
            rows, columns = slice(i * stride, i * stride + k), slice(j * stride, j * stride + k)
            for g in range(groups):
                ins = slice(g * group_channels, (g + 1) * group_channels)
                outs = slice(g * per_group, (g + 1) * per_group)
                window, weights = padded[:, rows, columns, ins], kernel[..., outs]
                upstream = dy[:, i, j, outs]
                y[:, i, j, outs] = np.einsum("nabc,abco->no", window, weights)
                d_kernel[..., outs] += np.einsum("nabc,no->abco", window, upstream)
                d_padded[:, rows, columns, ins] += np.einsum("abco,no->nabc", weights, upstream)
    top, left = pads[1][0], pads[2][0]
    return y, d_padded[:, top : top + height, left : left + width], d_kernel
