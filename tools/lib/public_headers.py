# SPDX-License-Identifier: Apache-2.0
"""Prints, for tests/headers/meson.build, every public header: "weir/task.hpp" and so on.

The arguments are include directories. Headers in a `detail` folder count: users' code includes
them through others.
"""

import pathlib
import sys


def main():
  for directory in sys.argv[1:]:
    for header in sorted(pathlib.Path(directory).rglob('*.hpp')):
      print(header.relative_to(directory).as_posix())


if __name__ == '__main__':
  main()
