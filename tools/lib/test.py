# SPDX-License-Identifier: Apache-2.0
"""Builds weir, runs its test suite, and counts the test cases.

The suite runs on the io_uring driver and on the epoll driver, and once more in a build with
AddressSanitizer and UndefinedBehaviorSanitizer. Tests in Meson's suite `once` do not depend on
either and run in the first pass alone; those in the suite `sim` run on the simulation as well,
those in the suite `threads` with ThreadSanitizer as well.
"""

import argparse
import concurrent.futures
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time

import builds
import results

SYS_IO_URING_SETUP = 425
QUICK_SUITES = ('unit', 'lint')
# Most tests wait most of the time: for a server to start, for a lease to run out.
TESTS_PER_CORE = 2


class Pass:
  """One pass: a build, a driver, the one suite that it runs if not all, and whether the suite
  `once` is its to run."""

  def __init__(self, title, build, driver, only=None):
    self.title = title
    self.build = build
    self.driver = driver
    self.only = only
    self.with_once = False

  @property
  def is_simulated(self):
    return self.driver == 'sim'

  def runs(self, suites):
    """Whether a test that is in these suites is this pass's to run."""
    if self.only:
      return self.only in suites
    return self.with_once or 'once' not in suites


def planned_passes(quick, with_uring):
  """The passes to run; where io_uring is refused, those of epoll."""
  plain = builds.optimised()
  checked = builds.sanitized()
  raced = builds.race_checked()
  passes = [Pass('uring', plain, 'uring'),
            Pass('epoll', plain, 'epoll'),
            Pass('sim', plain, 'sim', only='sim'),
            Pass('uring, sanitizers', checked, 'uring'),
            Pass('epoll, sanitizers', checked, 'epoll'),
            Pass('uring, threads', raced, 'uring', only='threads'),
            Pass('epoll, threads', raced, 'epoll', only='threads')]
  if not with_uring:
    passes = [one_pass for one_pass in passes if one_pass.driver != 'uring']
  passes[0].with_once = True
  return passes[:1] if quick else passes


def io_uring_refusal():
  """Why the kernel refuses io_uring to us; None when it does not."""
  parameters = ctypes.create_string_buffer(120)
  libc = ctypes.CDLL(None, use_errno=True)
  ring = libc.syscall(SYS_IO_URING_SETUP, 4, parameters)
  if ring < 0:
    return os.strerror(ctypes.get_errno())
  os.close(ring)
  return None


def tests_of(build):
  """The tests that Meson knows, as (name, set of suites, command)."""
  command = ['meson', 'introspect', '--tests', build.directory]
  listing = subprocess.run(command, cwd=builds.ROOT, stdout=subprocess.PIPE, check=True).stdout
  return [(test['name'], {suite.split(':')[-1] for suite in test['suite']}, test['cmd'])
          for test in json.loads(listing)]


def cases_of_a_driver(build, names):
  """How many cases the named tests hold that run once for each driver."""
  cases = 0
  for name, suites, command in tests_of(build):
    if name not in names or 'once' in suites:
      continue
    if not any(argument.startswith('--test-suite=') for argument in command):
      cases += 1
      continue
    counted = subprocess.run(command + ['--count', '--no-intro'], text=True, check=True,
                             stdout=subprocess.PIPE).stdout
    cases += int(counted.rsplit(':', 1)[1])
  return cases


def chosen_names(one_pass, wanted):
  """The tests of a pass; `wanted` holds suites, tests, or the beginnings of dotted names."""
  names = []
  for name, suites, _ in tests_of(one_pass.build):
    if not one_pass.runs(suites):
      continue
    if not wanted or any(want in suites or want == name or name.startswith(want + '.')
                         for want in wanted):
      names.append(name)
  return names


def run_pass(one_pass, names, repeat):
  """Runs the named tests, and returns their results."""
  environment = dict(os.environ, WEIR_DRIVER=one_pass.driver, **one_pass.build.environment)
  log_name = 'testlog-' + one_pass.title.replace(', ', '-')
  log_file = os.path.join(builds.ROOT, one_pass.build.directory, 'meson-logs', log_name + '.json')
  with tempfile.TemporaryDirectory(prefix='weir-results-') as journals:
    environment['WEIR_TEST_RESULTS'] = journals
    os.chmod(journals, 0o777)  # tests may change their user
    command = ['meson', 'test', '-C', one_pass.build.directory, '--no-rebuild', '--quiet',
               '--num-processes', str(TESTS_PER_CORE * os.cpu_count()),
               '--logbase', log_name, '--repeat', str(repeat)]
    if one_pass.build.environment:
      command += ['--timeout-multiplier', '4']
    if os.path.exists(log_file):
      os.remove(log_file)
    done = subprocess.run(command + names, cwd=builds.ROOT, env=environment, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors='replace')
    if not os.path.exists(log_file):
      broken = results.Results()
      broken.fail(f'FAILED: meson test left no results:\n{done.stdout}')
      return broken
    return results.read(log_file, journals)


def suites_of_other_passes(build):
  """The doctest suites of each program that run in the first pass alone."""
  of_program = {}
  for _, suites, command in tests_of(build):
    if 'once' in suites:
      named = {word.partition('=')[2] for word in command[1:] if word.startswith('--test-suite=')}
      of_program.setdefault(command[0], set()).update(named)
  return of_program


def check_registration(build, found):
  """Every doctest suite must be reached by some registered test: doctest forgives a filter."""
  elsewhere = suites_of_other_passes(build)
  for program, suites_run in sorted(found.suites_run.items()):
    if os.path.basename(program).startswith('python'):
      continue
    listing = subprocess.run([program, '--list-test-suites', '--no-intro'], text=True, check=False,
                             stdout=subprocess.PIPE).stdout
    suites = {line for line in listing.splitlines() if line and line[0] not in '[='}
    missing = suites - suites_run - elsewhere.get(program, set())
    if missing:
      found.fail(f'FAILED: no registered test runs the suites {sorted(missing)} of {program}; '
                 'add them to its meson.build')


class BuildsAhead:
  """Makes the builds of all passes, each beside the tests of those before it."""

  def __init__(self, passes):
    self.waiting = list(dict.fromkeys(one_pass.build for one_pass in passes))
    self.worker = concurrent.futures.ThreadPoolExecutor(max_workers=1)
    self.begun = {}

  def make(self, build):
    """Waits until this one is made, and begins with the others. Raises builds.BuildFailed."""
    if build in self.waiting:
      self.waiting.remove(build)
      build.make()
    for other in self.waiting:
      self.begun[other] = self.worker.submit(other.make, nicely=True)
    self.waiting.clear()
    if build in self.begun:
      self.begun.pop(build).result()


def run_everything(arguments):
  """All passes; returns the sum of their results."""
  total = results.Results()
  wanted = arguments.suite or (list(QUICK_SUITES) if arguments.quick else [])
  refusal = io_uring_refusal()
  matched = False
  passes = planned_passes(arguments.quick, with_uring=refusal is None)
  ahead = BuildsAhead(passes)
  for one_pass in passes:
    print(f'== {one_pass.title}: building in {one_pass.build.directory}/', flush=True)
    start = time.monotonic()
    ahead.make(one_pass.build)
    print(f'   built in {time.monotonic() - start:.0f} s', flush=True)
    names = chosen_names(one_pass, wanted)
    matched = matched or bool(names)
    if not names:
      continue
    if refusal and not one_pass.is_simulated:
      print(f'   io_uring is refused here ({refusal}): its driver is not tested')
      total.skipped += cases_of_a_driver(one_pass.build, names)
    start = time.monotonic()
    found = run_pass(one_pass, names, arguments.repeat)
    if not wanted and not one_pass.only:
      check_registration(one_pass.build, found)
    total.add(found)
    for report in found.reports:
      print(report)
    print(f'   {found.passed} passed, {found.failed} failed, {found.skipped} skipped'
          f' in {time.monotonic() - start:.0f} s', flush=True)
  if wanted and not matched:
    total.fail('')
    print(f'FAILED: no test matches {wanted}')
  return total


def parsed_arguments():
  parser = argparse.ArgumentParser(
    prog='tools/test', description='Builds weir and runs its test suite.',
    epilog='The last line is: N passed, N failed, N skipped')
  parser.add_argument('--suite', metavar='NAME', action='append',
                      help='only this suite (unit, live, faults, ...) or test; may be repeated')
  parser.add_argument('--repeat', metavar='N', type=int, default=1, help='run every test N times')
  parser.add_argument('--quick', action='store_true',
                      help='one build, one driver, and without --suite only '
                           + ' and '.join(QUICK_SUITES))
  return parser.parse_args()


def main():
  arguments = parsed_arguments()
  total = results.Results()
  try:
    total = run_everything(arguments)
  except builds.BuildFailed as failed:
    print(f'FAILED: the build: {failed}')
    total.fail('')
  print(f'{total.passed} passed, {total.failed} failed, {total.skipped} skipped')
  return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == '__main__':
  try:
    sys.exit(main())
  except KeyboardInterrupt:
    sys.exit(130)
