"""``python -m theory.engine`` is the command ``lossproof``."""

import sys

from theory.engine.cli import main

if __name__ == "__main__":
    sys.exit(main())
