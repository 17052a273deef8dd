# SPDX-License-Identifier: Apache-2.0
"""Checks of the systemd unit."""

import pathlib
import re
import shutil
import tempfile

import deployment as deployments
from deployment import GRACE_SECONDS, Interface, run

# Of systemd-analyze security, times ten: 12 is what is left with a network and files to read.
EXPOSURE_MAX = 15
EXPECTED = {'Type': 'notify', 'NotifyAccess': 'main', 'DynamicUser': 'yes',
            'ProtectSystem': 'strict', 'Restart': 'on-failure',
            'RestrictAddressFamilies': 'AF_INET AF_INET6 AF_UNIX', 'NoNewPrivileges': 'yes'}


def values(deployment):
  """The keys of [Service], each with all that it is set to."""
  found = {}
  section = deployment.text(path(deployment)).partition('[Service]')[2].partition('\n[')[0]
  for key, value in re.findall(r'^(\w+)=(.*)$', section, re.MULTILINE):
    found.setdefault(key, []).append(value)
  return found


def path(deployment):
  return f'systemd/{deployment.service}.service'


def unit_is_right(deployment):
  """systemd-analyze verify has nothing to say about the unit."""
  if not shutil.which('systemd-analyze'):
    print('note: there is no systemd-analyze, so the unit is not verified')
    return
  with tempfile.TemporaryDirectory() as directory:
    # A program that exists must stand in for the one that is not installed.
    text = deployment.text(path(deployment)).replace(
      f'ExecStart=/usr/bin/{deployment.service}', 'ExecStart=/bin/true')
    copy = pathlib.Path(directory, f'{deployment.service}.service')
    copy.write_text(text, encoding='utf-8')
    succeeded, output = run(['systemd-analyze', 'verify', '--man=no', copy])
    if not succeeded or output.strip():
      yield output
    succeeded, output = run(['systemd-analyze', 'security', '--offline=yes', '--no-pager',
                             f'--threshold={EXPOSURE_MAX}', copy])
    if not succeeded:
      yield f'the unit is more exposed than {EXPOSURE_MAX / 10}:\n{output}'


def unit_is_as_should_be(deployment):
  """The unit tells systemd how it is, is confined, and is started anew when it fails."""
  found = values(deployment)
  for key, value in EXPECTED.items():
    if found.get(key) != [value]:
      yield f'{key} is {found.get(key)}, not {value}'
  if found['ExecStart'] != [f'/usr/bin/{deployment.service}']:
    yield f'it starts {found["ExecStart"]}'
  if not 0 < int(found['WatchdogSec'][0]):
    yield 'it has no watchdog'
  wanted = deployments.drain_seconds() + GRACE_SECONDS
  if found['TimeoutStopSec'] != [str(wanted)]:
    yield f'TimeoutStopSec is {found["TimeoutStopSec"]}, not {wanted}'


def ring_calls_pass_the_filter(deployment):
  """The unit's filter of system calls has io_uring."""
  filters = values(deployment)['SystemCallFilter']
  if filters[0] != '@system-service':
    yield f'the filter begins with {filters[0]}'
  if not shutil.which('systemd-analyze'):
    return
  for name in filters[1].lstrip('~').split():
    _, listed = run(['systemd-analyze', 'syscall-filter', name])
    if 'io_uring' in listed or '@aio' in listed:
      yield f'{name} takes io_uring away'
  _, listed = run(['systemd-analyze', 'syscall-filter', '@aio'])
  if 'io_uring_setup' not in listed:
    yield 'io_uring is not in @aio'


def unit_names_are_known(deployment):
  """The variables and credentials of the unit are such as the service reads."""
  found = values(deployment)
  for text in found.get('Environment', []):
    if not Interface().has_variable(text.partition('=')[0]):
      yield f'the service knows no variable {text.partition("=")[0]}'
  for text in found.get('LoadCredential', []):
    if not Interface().has('setting', text.partition(':')[0]):
      yield f'the service knows no setting {text.partition(":")[0]}'


CHECKS = [unit_is_right, unit_is_as_should_be, ring_calls_pass_the_filter, unit_names_are_known]
