# SPDX-License-Identifier: Apache-2.0
"""The programs say the version of the project: version_test.py VERSION PROGRAM..."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(os.path.abspath(__file__)).parents[3]
sys.path.insert(0, str(ROOT / 'tools/lib'))

import journal  # noqa: E402

VERSION, *PROGRAMS = sys.argv[1:]
SECONDS_MAX = 60


def check_version(program):
  # Of the three forms of a service each is called as the service is.
  name = 'weir' if pathlib.Path(program).name == 'weir' else 'order-processor'
  done = subprocess.run([program, '--version'], text=True, check=False, stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT, timeout=SECONDS_MAX)
  if (done.returncode, done.stdout) != (0, f'{name} {VERSION}\n'):
    yield f'it ends with {done.returncode}: {done.stdout}'


def main():
  checks = journal.Journal('version')
  for program in PROGRAMS:
    checks.case(f'{pathlib.Path(program).name} says the version of the project',
                lambda program=program: check_version(program))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
