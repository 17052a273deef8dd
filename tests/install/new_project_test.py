# SPDX-License-Identifier: Apache-2.0
"""What `weir new` makes builds and passes its own tests: new_project_test.py WEIR BUILD COMPILER...

The project finds weir by pkg-config, in the build that is tested.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(os.path.abspath(__file__)).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / 'tools/lib'))

import journal

WEIR, BUILD, *COMPILER = sys.argv[1:]
COMMAND_SECONDS_MAX = 240
NAME = 'shop-floor'
EXIT_USAGE = 2
EXIT_FAILED = 3


def run(command, **options):
  """Runs a command: (exit code, output)."""
  try:
    done = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=COMMAND_SECONDS_MAX, **options)
  except subprocess.TimeoutExpired:
    return None, f'it has not ended after {COMMAND_SECONDS_MAX} s'
  return done.returncode, done.stdout


def check_names(directory):
  """A name that could be no subject, program and consumer makes nothing."""
  for name in ('Shop', 's', 'shop_floor', '-shop', 'shop-', 'shop--floor', '4shop', 'a' * 41,
               '../x', 'shop.floor', 'shop floor', ''):
    code, output = run([WEIR, 'new', '--into', str(directory / 'refused'), '--', name])
    if code != EXIT_USAGE:
      yield f'"{name}" ends with {code}: {output}'
  if list(directory.iterdir()):
    yield f'something was made: {list(directory.iterdir())}'


def check_kept(directory):
  """What is there already stays as it is."""
  (directory / 'notes').mkdir()
  (directory / 'notes/mine.txt').write_text('mine', encoding='utf-8')
  code, output = run([WEIR, 'new', NAME, '--into', str(directory / 'notes')])
  if code != EXIT_FAILED or 'not empty' not in output:
    yield f'it ends with {code}: {output}'
  if [path.name for path in directory.rglob('*')] != ['notes', 'mine.txt']:
    yield f'there is more now: {list(directory.rglob("*"))}'


def check_project(directory):
  """A new project builds with the weir that is tested, passes its tests, and says what it is."""
  project = directory / 'project'
  code, output = run([WEIR, 'new', NAME, '--into', str(project)])
  if code != 0:
    yield f'weir new ends with {code}: {output}'
    return
  left = [path for path in project.rglob('*')
          if path.is_file() and re.search('@[a-z]+@', path.read_text('utf-8'))]
  if left:
    yield f'a name is left open in {left}'
  environment = dict(os.environ, PKG_CONFIG_PATH=f'{BUILD}/meson-uninstalled',
                     CXX=' '.join(COMPILER))
  for command in (['meson', 'setup', '--wrap-mode=nofallback', 'build'], ['ninja', '-C', 'build'],
                  ['meson', 'test', '-C', 'build', '--print-errorlogs'],
                  [f'build/{NAME}', '--describe']):
    code, output = run(command, cwd=project, env=environment)
    if code != 0:
      yield f'{command} ends with {code}:\n{output}'
      return
  if f'{NAME}.created' not in output:
    yield f'--describe does not name its subject: {output}'


def check_without_weir(directory):
  """Where there is no weir the project says so, and what to do."""
  project = directory / 'project'
  run([WEIR, 'new', NAME, '--into', str(project)])
  nowhere = dict(os.environ, PKG_CONFIG_PATH='', PKG_CONFIG_LIBDIR=str(directory / 'nowhere'),
                 CXX=' '.join(COMPILER))
  code, output = run(['meson', 'setup', 'build'], cwd=project, env=nowhere)
  if code == 0 or 'There is no weir' not in output or 'PKG_CONFIG_PATH' not in output:
    yield f'it ends with {code}: {output}'


def main():
  checks = journal.Journal('new')
  for name, check in (('a wrong name is refused with what would be right', check_names),
                      ('a folder with something in it is left alone', check_kept),
                      ('without weir a project says what it lacks', check_without_weir),
                      ('a new project builds, and passes its own tests', check_project)):
    with tempfile.TemporaryDirectory() as directory:
      place = pathlib.Path(directory)
      checks.case(name, lambda check=check, place=place: check(place))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
