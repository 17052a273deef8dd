#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that programs do not compile, and that the compiler's errors say why.

usage: check.py SUITE SOURCE... -- COMPILER [ARGUMENT...]

Each source is a case. Its second line says what its errors must contain:
    // error: the text of a static_assert
A file with `// compiles` there must compile: it shows that the others do not fail for another
reason, such as a wrong include path.
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../tools/lib'))

import journal  # noqa: E402

COMPILE_SECONDS_MAX = 120


def complaints(source, compiler):
  """What is wrong with the case; nothing when it is right."""
  expectation = source.read_text(encoding='utf-8').splitlines()[1]
  run = subprocess.run([*compiler, '-fsyntax-only', str(source)],
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True, timeout=COMPILE_SECONDS_MAX, check=False)
  if expectation == '// compiles':
    if run.returncode != 0:
      yield f'{source.name} must compile:\n{run.stdout}'
    return
  mark, _, text = expectation.partition('// error: ')
  if mark or not text:
    yield f'the second line of {source.name} is neither "// error: TEXT" nor "// compiles"'
  elif run.returncode == 0:
    yield f'{source.name} compiles; expected the error "{text}"'
  # Only error lines count: the compiler quotes lines of the source as well.
  elif not any(' error: ' in line and text in line for line in run.stdout.splitlines()):
    yield f'no error of {source.name} says "{text}":\n{run.stdout}'


def main():
  end = sys.argv.index('--')
  suite, *sources = sys.argv[1:end]
  compiler = sys.argv[end + 1:]
  checks = journal.Journal(suite)
  for source in map(pathlib.Path, sources):
    checks.case(source.stem.replace('_', ' '), lambda source=source: complaints(source, compiler))
  passed = len(sources) - checks.failures
  print(f'{passed} passed, {checks.failures} failed')
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
