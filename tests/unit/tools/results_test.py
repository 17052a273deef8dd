# SPDX-License-Identifier: Apache-2.0
"""tools/test counts what really happened."""

import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../tools/lib'))

import journal
import results

BEGIN = 'run\tprogram --x\nbegin\ts\tone\npass\t0.1\nbegin\ts\ttwo\n'


def program(result, return_code=0, command=('program', '--x'), output=''):
  return {'name': 'program', 'command': list(command), 'result': result,
          'returncode': return_code, 'stdout': output, 'stderr': None}


def counted(programs, journals):
  """The results of a made-up run."""
  with tempfile.TemporaryDirectory() as directory:
    journal_directory = os.path.join(directory, 'journals')
    os.mkdir(journal_directory)
    for number, text in enumerate(journals):
      with open(os.path.join(journal_directory, str(number)), 'w', encoding='utf-8') as file:
        file.write(text)
    log_file = os.path.join(directory, 'log.json')
    with open(log_file, 'w', encoding='utf-8') as log:
      log.writelines(json.dumps(record) + '\n' for record in programs)
    return results.read(log_file, journal_directory)


def expect(found, passed, failed, skipped, words=()):
  numbers = (found.passed, found.failed, found.skipped)
  if numbers != (passed, failed, skipped):
    yield f'counted {numbers} instead of {(passed, failed, skipped)}'
  for word in words:
    if word not in '\n'.join(found.reports):
      yield f'"{word}" is not in the report {found.reports}'


CASES = {
  'cases are counted, not programs':
    lambda: expect(counted([program('OK')], [BEGIN + 'pass\t0.1\n']), 2, 0, 0),
  'a failed case is counted and its program reported with its output':
    lambda: expect(counted([program('FAIL', 1, output='why')], [BEGIN + 'fail\t0.1\n']), 1, 1, 0,
                   ['s: two', 'why', 'exit code 1']),
  'a case that never ended has failed':
    lambda: expect(counted([program('FAIL', -11)], [BEGIN]), 1, 1, 0, ['ended in the middle']),
  'a program that fails after its last case has failed':
    lambda: expect(counted([program('FAIL', 1)], [BEGIN + 'pass\t0.1\n']), 2, 1, 0, ['program']),
  'a program without a journal is one case':
    lambda: expect(counted([program('OK'), program('TIMEOUT', -15)], []), 1, 1, 0, ['timeout']),
  'a skipped program is skipped':
    lambda: expect(counted([program('SKIP', 77)], []), 0, 0, 1),
  'every repetition is counted':
    lambda: expect(counted([program('OK')] * 3, [BEGIN + 'pass\t0.1\n'] * 3), 6, 0, 0),
  'results of a program that is no test are an error':
    lambda: expect(counted([], [BEGIN + 'pass\t0.1\n']), 0, 1, 0, ['not a registered test']),
}


def main():
  checks = journal.Journal('tools.results')
  for name, check in CASES.items():
    checks.case(name, check)
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
