"""`python -m staticc` runs the program that is installed with this package."""

import os
import sys

from staticc import binary

if __name__ == "__main__":
    try:
        program = binary.find()
    except FileNotFoundError as error:
        sys.exit(f"staticc: {error}")
    os.execv(program, [program, *sys.argv[1:]])
