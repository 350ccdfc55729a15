"""``python -m explorer.charts.pictures [FOLDER]``: make the pictures, by default in ``assets``."""

import sys
from pathlib import Path

from explorer.charts.pictures import write

for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "assets")):
    print(path)
