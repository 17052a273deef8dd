# SPDX-License-Identifier: Apache-2.0
"""Build directories: configured once, built with every core, quiet unless something fails."""

import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NATIVE_FILE = 'tools/native/clang19.ini'
SHOWN_LINES = 150  # of the output of a build that failed

# Every sanitizer report ends the program: one that goes on would hide behind a passing test.
SANITIZER_ENVIRONMENT = {
    'ASAN_OPTIONS': 'detect_stack_use_after_return=1:strict_init_order=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
    'TSAN_OPTIONS': 'halt_on_error=1:second_deadlock_stack=1:die_after_fork=0',
    'LSAN_OPTIONS': 'print_suppressions=0:suppressions='
                    + os.path.join(ROOT, 'tools', 'lib', 'leaks_of_others.txt'),
}


class BuildFailed(Exception):
  """The build did not succeed; its output has been printed."""


class Build:
  """One build directory and the options that it is configured with."""

  def __init__(self, directory, options, environment=None, targets=()):
    self.directory = directory
    self.options = options
    self.environment = environment or {}
    self.targets = list(targets)  # none: everything

  def make(self, nicely=False):
    """Configures if need be, and builds; nicely: with what others leave of processors and disk.
    Raises BuildFailed."""
    before = ['nice', '-n', '19', 'ionice', '-c', 'idle'] if nicely else []
    if not os.path.exists(os.path.join(ROOT, self.directory, 'build.ninja')):
      self._run(['meson', 'setup', self.directory] + compiler_options() + self.options)
    self._run(before + ['ninja', '-C', self.directory] + self.targets)

  def _run(self, command):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors='replace', check=False)
    if done.returncode != 0:
      progress = re.compile(r'\[\d+/\d+\] |Configuring ')
      told = [line for line in done.stdout.splitlines() if not progress.match(line)]
      first = next((number for number, line in enumerate(told) if line.startswith('FAILED:')),
                   max(0, len(told) - SHOWN_LINES))
      print('\n'.join(told[first:first + SHOWN_LINES]))
      raise BuildFailed(' '.join(command))


def compiler_options():
  """clang-19, the compiler that is tested, unless the user names another one by CXX."""
  if 'CXX' in os.environ or not shutil.which('clang++-19'):
    return []
  return ['--native-file', NATIVE_FILE]


def optimised(directory='build'):
  # Lines are what a crash needs of the debug information; types too would cost a quarter more time.
  return Build(directory, ['-Dbuildtype=debugoptimized', '-Dcpp_args=-g1'])


def sanitized(directory='build-asan'):
  # Without vptr: that check opens a pipe, and so reports an error of its own where a test has
  # taken every descriptor.
  return _checked(directory, 'address,undefined', '-fno-sanitize=vptr')


def race_checked(directory='build-tsan'):
  # Only what threads share: ThreadSanitizer sees nothing else, and libraries not built with it
  # would drown the rest.
  return _checked(directory, 'thread', targets=['tests/unit/runtime/threads-test',
                                                   'tests/unit/observe/observe-test'])


def _checked(directory, sanitizers, *arguments, targets=()):
  arguments = ' '.join(('-g1',) + arguments)
  return Build(directory, ['-Dbuildtype=plain', '-Doptimization=1', '-Db_lundef=false',
                           '-Dcpp_args=' + arguments, '-Db_sanitize=' + sanitizers],
               SANITIZER_ENVIRONMENT, targets)


def release(directory='build-release'):
  return Build(directory, ['-Dbuildtype=release', '-Dtests=false'])


def bench(directory='build-bench'):
  return Build(directory, ['-Dbuildtype=release'], targets=['benchmarks'])


def soak(directory='build-bench'):
  return Build(directory, ['-Dbuildtype=release'], targets=['tests/soak/nats-soak'])


def main():
  """tools/lib/builds.py release: for the commands that are written in bash."""
  try:
    {'release': release, 'bench': bench, 'soak': soak}[sys.argv[1]]().make()
  except BuildFailed as failed:
    sys.exit(f'error: the build failed: {failed}')


if __name__ == '__main__':
  main()
