# SPDX-License-Identifier: Apache-2.0
"""A project of Meson takes weir as a subproject: subproject_test.py BUILD COMPILER...

The libraries of BUILD stand in for those that the project would build, which takes minutes: what is
tested is that the wrap leads to weir, that no test or service comes along, and that a program
compiles and links with what the dependency says.
"""

import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import consumers
from consumers import HERE, ROOT

import journal

BUILD, *COMPILER = sys.argv[1:]
ENVIRONMENT = dict(os.environ, CXX=' '.join(COMPILER))


def make_project(project):
  """The files of the user's project, with this tree as its subproject."""
  shutil.copytree(HERE / 'subproject', project)
  shutil.copy(HERE / 'sdk_consumer.cpp', project)
  (project / 'subprojects').mkdir()
  shutil.copy(ROOT / 'packaging/weir.wrap', project / 'subprojects')
  (project / 'subprojects/weir').symlink_to(ROOT)


def check_configured(project):
  """The dependency is found by the wrap alone."""
  wanted = ['meson', 'setup', '--force-fallback-for=weir-sdk,weir-runtime', project / 'build',
            project]
  yield from consumers.run_in_turn([('configuring', wanted, {'env': ENVIRONMENT})])


def check_targets(project):
  """Of weir itself the libraries are built, and what they are made of; no program."""
  listing = subprocess.run(['meson', 'introspect', '--targets', str(project / 'build')],
                           stdout=subprocess.PIPE, check=True).stdout
  targets = json.loads(listing)
  if 'weir-sdk' not in [target['name'] for target in targets]:
    yield 'weir-sdk is no target'
  for target in targets:
    if target['type'] == 'executable' and target['name'] != 'sdk_consumer':
      yield f'{target["name"]} would be built, too'
  tests = subprocess.run(['meson', 'introspect', '--tests', str(project / 'build')],
                         stdout=subprocess.PIPE, check=True).stdout
  yield from (f'the test {test["name"]} comes along' for test in json.loads(tests))


def check_program(project):
  """Compiles and links as ninja would, but for the libraries, which are there already."""
  build = project / 'build'
  listing = subprocess.run(['ninja', '-C', str(build), '-t', 'commands', 'sdk_consumer'],
                           stdout=subprocess.PIPE, text=True, check=True).stdout
  own = [line for line in listing.splitlines() if 'sdk_consumer.cpp.o' in line]
  if len(own) != 2:
    yield f'{len(own)} commands make the program; compiling and linking were expected'
    return
  (build / 'sdk_consumer.p').mkdir(exist_ok=True)
  linking = own[1].replace(' subprojects/weir/', f' {BUILD}/')
  yield from consumers.run_in_turn(
    [('compiling', shlex.split(own[0]), {'cwd': build}),
     ('linking', shlex.split(linking), {'cwd': build}),
     ('the program', [build / 'sdk_consumer'], {})])


def main():
  checks = journal.Journal('install.subproject')
  with tempfile.TemporaryDirectory() as directory:
    project = pathlib.Path(directory, 'consumer')
    make_project(project)
    checks.case('weir.wrap leads to the dependency weir-sdk', lambda: check_configured(project))
    if not checks.failures:
      checks.case('no test and no program of weir comes along', lambda: check_targets(project))
      checks.case('a program on the SDK links with what the dependency says',
                  lambda: check_program(project))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
