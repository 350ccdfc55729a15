"""What a layer's tensors do to memory in a step: who writes in place, what the backward pass reads.

They are TensorFlow's on a processor, read off its kernels and confirmed by the allocator's own
trace of steps (`benchmarks/memory.py --trace`). PyTorch differs where it says so.

- A convolution and a dense layer read their input again for the kernel's gradient, batch
  normalisation its input (tensorflow/core/ops/nn_grad: ``FusedBatchNormGradV3(y_backprop, x)``),
  an activation its output (``ReluGrad(gradients, features)``, which is given the output), max
  pooling its input and its output, a product both its factors. Sums, slices and concatenations
  read nothing again.
- An elementwise operation writes into an input that nobody reads again
  (``OpKernelContext::forward_input_or_allocate_output``). PyTorch does only where the model says
  ``inplace``, as torchvision's do for ReLU.
- Without training, a convolution in float32, the normalisation behind it and its ReLU are one
  operation with one output (Grappler's remapper); in half precision the normalisation has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from resnext.graph import Node
from resnext.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of layer does.

    Attributes:
        keeps_input: The backward pass reads what the layer read.
        keeps_output: The backward pass reads what the layer wrote.
        in_place: The output may take the memory of an input that is not needed any more, and the
            gradient that of the gradient behind.
        view: The output is the input, read in another shape.
        bits: Further bits for each value of the output that the backward pass reads.
    """

    keeps_input: bool = False
    keeps_output: bool = False
    in_place: bool = False
    view: bool = False
    bits: int = 0


_ACTIVATION = Rule(keeps_output=True, in_place=True)
_BY_COST = {
    "conv": Rule(keeps_input=True),
    "dense": Rule(keeps_input=True),
    "norm": Rule(keeps_input=True),
    "activation": _ACTIVATION,
    "pool": Rule(keeps_input=True, keeps_output=True, bits=8),  # which value was the largest
    "average": Rule(),
}
_BY_NAME: Mapping[str, Rule] = MappingProxyType(
    {
        "InputLayer": Rule(),
        "Softmax": _ACTIVATION,
        "Add": Rule(in_place=True),
        "Multiply": Rule(keeps_input=True, in_place=True),
        "Concatenate": Rule(),
        "ChannelSlice": Rule(),
        "Flatten": Rule(view=True),
        "Reshape": Rule(view=True),
        "ZeroPadding2D": Rule(),
        "Dropout": Rule(keeps_output=True, in_place=True),
        "AveragePooling2D": Rule(),
    }
)
# Nothing is known of the layer, so the most that it may do.
_UNKNOWN = Rule(keeps_input=True, keeps_output=True)
# A normalisation with its ReLU also keeps which values were positive.
RELU_BITS = 1


def rule_of(node: Node) -> Rule:
    """The rule of a layer's kind; of an unknown kind, the most that it may do."""
    if node.kind in _BY_NAME:
        return _BY_NAME[node.kind]
    kind = KINDS.get(node.kind)
    return _UNKNOWN if kind is None else _BY_COST.get(kind.cost, _UNKNOWN)
