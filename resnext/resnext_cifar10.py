"""The zoo's program for CIFAR-10 by its old name; see `resnext.zoo.cifar10`."""

from resnext.zoo.cifar10 import cifar_spec, resnext_cifar10

__all__ = ["cifar_spec", "resnext_cifar10"]
