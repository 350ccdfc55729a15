"""The Keras zoo's three ResNeXt programs on our one architecture.

`procedural` has the functions, which also take Keras tensors; `composable` has the class; `cifar10`
has the networks for CIFAR. Their old import paths, such as `resnext.resnext_c`, still work.
"""
