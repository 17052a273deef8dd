# SPDX-License-Identifier: Apache-2.0
"""What the tests of packaging share: where the sources are, and commands run with a limit."""

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(os.path.abspath(__file__)).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / 'tools/lib'))

COMMAND_SECONDS_MAX = 120
SKIPPED = 77


def run(command, **options):
  """Runs a command: (succeeded, output)."""
  try:
    done = subprocess.run([str(word) for word in command], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=COMMAND_SECONDS_MAX, **options)
  except subprocess.TimeoutExpired:
    return False, f'it has not ended after {COMMAND_SECONDS_MAX} s'
  return done.returncode == 0, done.stdout


def install(build, tree):
  """`meson install` of what is built, below the directory `tree`."""
  installed, output = run(['meson', 'install', '-C', build, '--no-rebuild', '--destdir', tree])
  if not installed:
    sys.exit(output)


def run_in_turn(steps):
  """Runs (what it is, command, options) one after the other; complains of the first that fails."""
  for what, command, options in steps:
    succeeded, output = run(command, **options)
    if not succeeded:
      yield f'{what} fails: {" ".join(str(word) for word in command)}\n{output}'
      return


def skip_without(program, why):
  """Ends the test as skipped where there is no such program."""
  if not shutil.which(program):
    print(f'skipped: there is no {program}, {why}')
    sys.exit(SKIPPED)
