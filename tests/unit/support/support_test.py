# SPDX-License-Identifier: Apache-2.0
"""The main function of the test programs reports what it must: support_test.py PROGRAM."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../tools/lib'))

import journal

PROGRAM = sys.argv[1]


def run(case, **variables):
  """Runs one case of the program: (exit code, output, journal)."""
  with tempfile.TemporaryDirectory() as results:
    environment = dict(os.environ, WEIR_TEST_RESULTS=results, **variables)
    done = subprocess.run([PROGRAM, f'--test-case={case}'], env=environment, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    recorded = ''.join(path.read_text() for path in pathlib.Path(results).iterdir())
  return done.returncode, done.stdout, recorded


def expect(outcome, code, words, lines):
  returned, output, recorded = outcome
  if returned != code:
    yield f'exit code {returned} instead of {code}: {output}'
  for word in words:
    if word not in output:
      yield f'"{word}" is not in the output: {output}'
  for line in lines:
    if line not in recorded:
      yield f'"{line}" is not in the journal: {recorded}'


CASES = {
  'a case that passes is recorded, and the seed printed':
    lambda: expect(run('passes', WEIR_SEED='77'), 0, ['WEIR_SEED=77', 'the seed is 77'],
                   ['run\t', 'begin\tdeliberate\tpasses\n', 'pass\t']),
  'a case that fails is recorded, and the program fails':
    lambda: expect(run('fails'), 1, ['CHECK( 1 == 2 )'], ['fail\t']),
  'a case that asserts nothing fails':
    lambda: expect(run('asserts nothing'), 1, ['asserted nothing'], ['fail\t']),
  'a filter that matches nothing fails':
    lambda: expect(run('no such case'), 1, ['no test case matches'], []),
  'a case that hangs is named, calls the hook, and ends the program':
    lambda: expect(run('hangs', WEIR_TEST_TIMEOUT='1'), -signal.SIGABRT,
                   ['"hangs" of suite deliberate', 'the hook was called'],
                   ['begin\tdeliberate\thangs\n']),
  'a limit that is no number is refused':
    lambda: expect(run('passes', WEIR_TEST_TIMEOUT='soon'), 1, ['"soon" is not a positive'], []),
  'a seed that is no number is refused':
    lambda: expect(run('passes', WEIR_SEED='lucky'), 1, ['"lucky" is not a number'], []),
}


def main():
  checks = journal.Journal('support')
  for name, check in CASES.items():
    checks.case(name, check)
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
