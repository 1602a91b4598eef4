"""Locates the program staticc. Runs nothing."""

import os
import shutil
import sys
import sysconfig


def find():
    """Returns the path of the program that belongs to this package, or else of one on PATH."""
    package = os.path.dirname(os.path.abspath(__file__))
    directories = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", f"{os.name}_user"),  # pip install --user
        os.path.dirname(sys.executable),
        os.path.join(os.path.dirname(package), "bin"),  # pip install --target
    ]
    program = shutil.which("staticc", path=os.pathsep.join(directories)) or shutil.which("staticc")
    if not program:
        looked = ", ".join(dict.fromkeys(directories))
        raise FileNotFoundError(
            f"the program staticc is neither in {looked} nor on PATH;"
            " `python -m pip install --force-reinstall staticc` puts it there"
        )
    return program
