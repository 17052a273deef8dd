# SPDX-License-Identifier: Apache-2.0
"""Prints, for tests/headers/meson.build, every public header: "weir/task.hpp" and so on.

The arguments are include directories. Headers in a `detail` folder count: users' code includes
them through others. Those that need Asio are left out; with --asio they alone are printed, without
their `detail` folder, since each takes seconds to compile.
"""

import pathlib
import sys


def needs_asio(header):
  return header.startswith(('weir/asio.hpp', 'weir/asio/'))


def main():
  directories = sys.argv[1:]
  with_asio = '--asio' in directories
  if with_asio:
    directories.remove('--asio')
  for directory in directories:
    for path in sorted(pathlib.Path(directory).rglob('*.hpp')):
      header = path.relative_to(directory).as_posix()
      if needs_asio(header) == with_asio and not (with_asio and '/detail/' in header):
        print(header)


if __name__ == '__main__':
  main()
