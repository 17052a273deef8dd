# SPDX-License-Identifier: Apache-2.0
"""An installed weir is all that a user's program needs: install_test.py BUILD PREFIX COMPILER..."""

import os
import pathlib
import sys
import tempfile

import consumers
from consumers import HERE, ROOT, run

import journal

BUILD, PREFIX, *COMPILER = sys.argv[1:]


def check_consumer(tree, package, source):
  """Compiles, links and runs a program with nothing but what pkg-config says of the package."""
  places = ':'.join(str(path.parent) for path in tree.rglob('weir-*.pc'))
  environment = dict(os.environ, PKG_CONFIG_PATH=places)
  prefix = f'--define-variable=prefix={tree}{PREFIX}'
  found, flags = run(['pkg-config', prefix, '--cflags', '--libs', package], env=environment)
  if not found:
    yield f'pkg-config does not find {package}: {flags}'
    return
  program = tree / pathlib.Path(source).stem
  built, output = run([*COMPILER, '-std=c++20', str(HERE / source), *flags.split(), '-o',
                       str(program)])
  if not built:
    yield f'{source} does not build with "{flags.strip()}":\n{output}'
    return
  passed, output = run([str(program)])
  if not passed:
    yield f'{source} fails: {output}'


def check_headers(tree):
  """Every public header of the source is there."""
  for part in ('runtime', 'sdk'):
    source = ROOT / part / 'include'
    for header in source.rglob('*.hpp'):
      if not pathlib.Path(f'{tree}{PREFIX}/include', header.relative_to(source)).exists():
        yield f'{header.relative_to(ROOT)} is not installed'


def check_guard(tree):
  """What `weir dev` starts its servers by lies where the installed program looks for it."""
  program = pathlib.Path(f'{tree}{PREFIX}/bin/weir')
  for path in (program, program.parent / '../libexec/weir/weir-guard'):
    if not os.access(path, os.X_OK):
      yield f'{path} is not installed'


def main():
  checks = journal.Journal('install')
  with tempfile.TemporaryDirectory() as directory:
    tree = pathlib.Path(directory)
    consumers.install(BUILD, tree)
    checks.case('every public header is installed', lambda: check_headers(tree))
    checks.case('the command and its guard are installed', lambda: check_guard(tree))
    checks.case('a program on the runtime needs what weir-runtime.pc names, and no more',
                lambda: check_consumer(tree, 'weir-runtime', 'runtime_consumer.cpp'))
    checks.case('a program on the SDK needs what weir-sdk.pc names, and no more',
                lambda: check_consumer(tree, 'weir-sdk', 'sdk_consumer.cpp'))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
