# SPDX-License-Identifier: Apache-2.0
"""For test programs in Python: runs their cases and records each for tools/test.

The format is that of tests/support/journal.hpp.
"""

import os
import sys
import tempfile
import time


class Journal:
  """Runs named cases; a case is a function that returns its complaints, none when it passes."""

  def __init__(self, suite):
    self.suite = suite
    self.failures = 0
    self._file = None
    directory = os.environ.get('WEIR_TEST_RESULTS')
    if directory:
      handle, _ = tempfile.mkstemp(dir=directory)
      self._file = os.fdopen(handle, 'w', buffering=1, encoding='utf-8')
      self._write('run', ' '.join(sys.orig_argv))

  def case(self, name, check):
    """Runs one case, prints what it complains about, and records the result."""
    self._write('begin', self.suite, name)
    start = time.monotonic()
    complaints = list(check())
    if complaints:
      self.failures += 1
      print(f'FAILED {self.suite}: {name}')
      for complaint in complaints:
        print(f'  {complaint}')
    self._write('fail' if complaints else 'pass', f'{time.monotonic() - start:.6f}')

  def _write(self, *fields):
    if self._file:
      self._file.write('\t'.join(fields) + '\n')
