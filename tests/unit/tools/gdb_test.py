# SPDX-License-Identifier: Apache-2.0
"""gdb shows the tasks of a crashed program as the program itself does: gdb_test.py PROGRAM"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(os.path.abspath(__file__)).parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(ROOT / 'tools/lib'))

import journal

PROGRAM = os.path.abspath(sys.argv[1])
SECONDS_MAX = 100
SKIPPED = 77
# A container may forbid what gdb would do to make runs alike; nothing here needs it.
GDB = ['gdb', '-batch', '-nx', '-iex', 'set debuginfod enabled off',
       '-iex', 'set startup-with-shell off', '-iex', 'set disable-randomization off',
       '-x', str(ROOT / 'tools/gdb/weir_tasks.py')]


def gdb(*arguments):
  """What gdb prints."""
  done = subprocess.run(GDB + list(arguments), text=True, check=False, stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS_MAX)
  return done.stdout


def without_ages(lines):
  """The lines of a tree without what time does to them."""
  return [re.sub(r'spawned (by task \d+, which has ended, )?.* ago at', r'spawned \1at', line)
          for line in lines]


def tree_of_program(output):
  """What the program printed of its tasks."""
  lines = output.splitlines()
  if 'begin' not in lines or 'end' not in lines:
    return []
  return without_ages(lines[lines.index('begin') + 1:lines.index('end')])


def tree_of_gdb(output):
  """What gdb printed of the one loop, without the loop's number."""
  lines = output.splitlines()
  begin = next((at for at, line in enumerate(lines) if line.startswith('loop 1, ')), len(lines))
  tree = []
  for line in lines[begin:]:
    if tree and not re.match(r' *(task|and|waits|ready|runs|->)', line):
      break
    tree.append(line.removeprefix('loop 1, '))
  return without_ages(tree)


def check_same(output, expected):
  tree = tree_of_gdb(output)
  if not expected:
    yield f'the program printed no tasks:\n{output}'
  elif tree != expected:
    yield 'gdb shows\n' + '\n'.join(tree) + '\nand the program\n' + '\n'.join(expected)
    yield f'all that gdb printed:\n{output}'


def check_commandless(program):
  output = gdb('-ex', 'weir-tasks', program)
  if 'this program has no weir runtime with debug information (-g)' not in output:
    yield f'it says instead:\n{output}'


def main():
  if shutil.which('gdb') is None:
    print('skipped: there is no gdb here')
    return SKIPPED
  with tempfile.TemporaryDirectory() as directory:
    core = os.path.join(directory, 'core')
    live = gdb('-ex', 'run', '-ex', 'weir-tasks', '-ex', f'generate-core-file {core}', PROGRAM)
    if re.search(r'ptrace.*Operation not permitted|Could not trace the inferior', live):
      print('skipped: gdb may not trace programs here')
      return SKIPPED
    expected = tree_of_program(live)
    checks = journal.Journal('tools.gdb')
    checks.case('weir-tasks shows the tasks of a process as the process does',
                lambda: check_same(live, expected))
    checks.case('weir-tasks shows the tasks of a core file as the process did',
                lambda: check_same(gdb('-ex', 'weir-tasks', PROGRAM, core), expected))
  checks.case('weir-tasks says when there is no weir in a program',
              lambda: check_commandless(sys.executable))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
