# SPDX-License-Identifier: Apache-2.0
"""A systemd unit's SystemCallFilter= as a seccomp profile of Docker's form."""

import re
import subprocess


def calls_of(group):
  """The system calls of a group such as @system-service, those of its groups included."""
  listed = subprocess.run(['systemd-analyze', 'syscall-filter', group], stdout=subprocess.PIPE,
                          text=True, check=True).stdout
  calls = set()
  for word in re.findall(r'^\s{4}([@\w-]+)$', listed, re.MULTILINE):
    calls |= calls_of(word) if word.startswith('@') else {word}
  return calls


def profile_of(unit):
  """What the filters of the unit's text leave, the later ones over those before."""
  allowed = calls_of('@default')  # Always allowed, so that a program can start and end.
  for value in re.findall(r'^SystemCallFilter=(.*)$', unit, re.MULTILINE):
    for word in value.lstrip('~').split():
      calls = calls_of(word) if word.startswith('@') else {word}
      allowed = allowed - calls if value.startswith('~') else allowed | calls
  return {'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 1,
          'syscalls': [{'names': sorted(allowed), 'action': 'SCMP_ACT_ALLOW'}]}
