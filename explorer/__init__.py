"""The explorer: analysis, drawing and training of ResNeXt networks, and the pages that show them."""
