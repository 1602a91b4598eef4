"""`python -m staticc`: the program staticc, by the Python that it is installed for."""

import os
import sys

from staticc import binary

if __name__ == "__main__":
    try:
        program = binary.find()
    except FileNotFoundError as error:
        sys.exit(f"staticc: {error}")
    os.execv(program, [program, *sys.argv[1:]])
