"""What a person takes along: files and code that open without the explorer.

Each subpackage or module writes one kind of file from graphs, reports and runs. Every file says
what made it; nothing here is imported by the analysis, the map or the training.

`code` writes source text from a spec, `onnx_model` an ONNX model from a graph and its weights,
`torch_weights` maps weights to PyTorch's names and layouts. The Keras model, which gives the
weights, is built in a worker process: see `job`.
"""
