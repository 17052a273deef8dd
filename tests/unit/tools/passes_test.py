# SPDX-License-Identifier: Apache-2.0
"""tools/test runs each test on the drivers that it is meant for."""

import importlib.util
import os
import sys

LIBRARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../tools/lib')
sys.path.insert(0, LIBRARY)

import journal


def load_test():
  """tools/lib/test.py, whose name Python has for a package of its own."""
  spec = importlib.util.spec_from_file_location('weir_test', os.path.join(LIBRARY, 'test.py'))
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module


def passes_of(suites, quick=False, with_uring=True):
  """The titles of the passes that run a test of these suites."""
  planned = load_test().planned_passes(quick, with_uring)
  return [one.title for one in planned if one.runs(set(suites))]


def expect(found, wanted):
  if found != wanted:
    yield f'runs in {found} instead of {wanted}'


ALL = ['uring', 'epoll', 'uring, sanitizers', 'epoll, sanitizers']

CASES = {
  'a test runs on every driver, with sanitizers and without':
    lambda: expect(passes_of(['unit']), ALL),
  'what needs no kernel runs on the simulation too':
    lambda: expect(passes_of(['unit', 'sim']), ALL[:2] + ['sim'] + ALL[2:]),
  'what depends on no driver runs once':
    lambda: expect(passes_of(['unit', 'once']), ['uring']),
  'a quick run is the first pass':
    lambda: expect(passes_of(['unit', 'sim'], quick=True), ['uring']),
  'where io_uring is refused its passes are left out, and the first that is left runs the rest':
    lambda: [*expect(passes_of(['unit', 'sim'], with_uring=False),
                     ['epoll', 'sim', 'epoll, sanitizers']),
             *expect(passes_of(['once'], with_uring=False), ['epoll'])],
}


def main():
  checks = journal.Journal('tools.passes')
  for name, check in CASES.items():
    checks.case(name, check)
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
