# SPDX-License-Identifier: Apache-2.0
"""A project of CMake finds an installed weir: cmake_test.py BUILD PREFIX COMPILER..."""

import pathlib
import sys
import tempfile

import consumers
from consumers import HERE

import journal

BUILD, PREFIX, *COMPILER = sys.argv[1:]


def configure(directory, prefix):
  """The command that configures tests/install/cmake against what is installed below `prefix`."""
  command = ['cmake', '-S', HERE / 'cmake', '-B', directory, '-G', 'Ninja',
             f'-DCONSUMERS={HERE}', f'-DCMAKE_PREFIX_PATH={prefix}',
             f'-DCMAKE_CXX_COMPILER={COMPILER[-1]}']
  if len(COMPILER) > 1:
    command.append('-DCMAKE_CXX_COMPILER_LAUNCHER=' + ';'.join(COMPILER[:-1]))
  return command


def check_programs(tree):
  """Configures, builds and runs the programs of the project."""
  directory = tree / 'project'
  yield from consumers.run_in_turn([
    ('configuring', configure(directory, f'{tree}{PREFIX}'), {}),
    ('the build', ['cmake', '--build', directory], {}),
    ('a program on the runtime', [directory / 'runtime_consumer'], {}),
    ('a program on the SDK', [directory / 'sdk_consumer'], {}),
  ])


def check_moved(tree):
  """The same with the installed tree at another place."""
  (tree / 'moved').mkdir()
  prefix = pathlib.Path(f'{tree}{PREFIX}').rename(tree / 'moved/prefix')
  yield from consumers.run_in_turn([
    ('configuring', configure(tree / 'second', prefix), {}),
    ('the build', ['cmake', '--build', tree / 'second', '--target', 'runtime_consumer'], {}),
  ])


def main():
  consumers.skip_without('cmake', 'so nothing can be built with it')
  checks = journal.Journal('install.cmake')
  with tempfile.TemporaryDirectory() as directory:
    tree = pathlib.Path(directory)
    consumers.install(BUILD, tree)
    checks.case('find_package(weir) gives weir::runtime and weir::sdk',
                lambda: check_programs(tree))
    checks.case('the package works where it was moved to', lambda: check_moved(tree))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
