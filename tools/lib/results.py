# SPDX-License-Identifier: Apache-2.0
"""Counts test cases from what a run leaves behind.

Meson knows programs; a program may hold hundreds of test cases. Each program that can writes a
journal (tests/support/journal.hpp, and tools/lib/journal.py) with a line a case, as it happens. A
program without a journal counts as one case.
"""

import collections
import json
import os

SHOWN_LINES = 120


class Program:
  """One run of one test program, as Meson saw it."""

  def __init__(self, record):
    self.name = record['name']
    self.command = ' '.join(record['command'])
    self.result = record['result']
    self.return_code = record['returncode']
    self.output = (record.get('stdout') or '') + (record.get('stderr') or '')

  @property
  def passed(self):
    return self.result in ('OK', 'EXPECTEDFAIL')

  @property
  def skipped(self):
    return self.result == 'SKIP'


class Journal:
  """What one test program wrote about its cases."""

  def __init__(self, lines):
    self.command = ''
    self.suites = set()
    self.passed = 0
    self.failed = []
    running = None
    for line in lines:
      kind, *fields = line.rstrip('\n').split('\t')
      if kind == 'run':
        self.command = fields[0]
      elif kind == 'begin':
        running = f'{fields[0]}: {fields[1]}'
        self.suites.add(fields[0])
      elif kind == 'pass':
        self.passed += 1
        running = None
      elif kind == 'fail':
        self.failed.append(running)
        running = None
    if running:
      self.failed.append(f'{running} (the program ended in the middle)')


class Results:
  """The cases of one pass over the suite."""

  def __init__(self):
    self.passed = 0
    self.failed = 0
    self.skipped = 0
    self.reports = []
    self.suites_run = collections.defaultdict(set)

  def add(self, other):
    self.passed += other.passed
    self.failed += other.failed
    self.skipped += other.skipped

  def fail(self, report):
    self.failed += 1
    self.reports.append(report)


def read(log_file, journal_directory):
  """The results of one `meson test`, from its JSON log and the journals of its programs."""
  with open(log_file, encoding='utf-8', errors='replace') as log:
    programs = [Program(json.loads(line)) for line in log if line.strip()]
  journals = collections.defaultdict(list)
  for name in os.listdir(journal_directory):
    with open(os.path.join(journal_directory, name), encoding='utf-8', errors='replace') as file:
      journal = Journal(file)
    if journal.command:
      journals[journal.command].append(journal)

  results = Results()
  by_command = collections.defaultdict(list)
  for program in programs:
    by_command[program.command].append(program)
  for command, runs in by_command.items():
    journals_of_command = journals.pop(command, [])
    _count(results, runs, journals_of_command)
    for journal in journals_of_command:
      results.suites_run[command.split(' ')[0]] |= journal.suites
  for command in journals:
    results.fail(f'FAILED: "{command}" recorded results, and is not a registered test')
  return results


def _count(results, runs, journals):
  """Counts all runs of one command: `--repeat` makes several."""
  failed_cases = [case for journal in journals for case in journal.failed]
  bad_runs = [run for run in runs if not run.passed and not run.skipped]
  results.passed += sum(journal.passed for journal in journals)
  results.failed += len(failed_cases)
  if not journals:
    results.passed += sum(1 for run in runs if run.passed)
  results.skipped += sum(1 for run in runs if run.skipped)
  if bad_runs and not failed_cases:
    results.failed += len(bad_runs)
  if bad_runs or failed_cases:
    results.reports.append(_report(runs, bad_runs, failed_cases))


def _report(runs, bad_runs, failed_cases):
  shown = bad_runs[0] if bad_runs else runs[0]
  lines = [f'FAILED {shown.name}: {shown.result.lower()}, exit code {shown.return_code}']
  if len(runs) > 1:
    lines[0] += f', in {len(bad_runs)} of {len(runs)} runs'
  lines += [f'  - {case}' for case in dict.fromkeys(failed_cases)]
  output = shown.output.rstrip().splitlines()
  if len(output) > SHOWN_LINES:
    half = SHOWN_LINES // 2
    output = output[:half] + [f'... {len(output) - SHOWN_LINES} lines ...'] + output[-half:]
  lines += ['  | ' + line for line in output]
  lines.append(f'  run it alone: {shown.command}')
  return '\n'.join(lines)
