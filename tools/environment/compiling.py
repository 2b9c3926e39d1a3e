"""Bytecode of what an environment has installed, made where it is missing and may be written.

Official images come without the standard library's, and what a setup command merely copies has none; while samples run
nobody can write it, so that each would compile all that it imports.
"""

from __future__ import annotations

#: For the environment's own Python.
COMPILE = """
import compileall, os, re, sysconfig
unused = re.compile("/(test|tests|idlelib|lib2to3|turtledemo|site-packages)/")
for name, left_out in (("stdlib", unused), ("purelib", None), ("platlib", None)):
    folder = sysconfig.get_path(name)
    if os.access(folder, os.W_OK):
        compileall.compile_dir(folder, quiet=2, rx=left_out)
"""
