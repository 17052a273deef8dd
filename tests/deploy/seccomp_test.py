# SPDX-License-Identifier: Apache-2.0
"""The service under the filters of system calls that it is deployed with, those of containers and
that of its systemd unit: seccomp_test.py SERVERS SERVICE PROFILE UNIT SUBJECT
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(os.path.abspath(__file__)).parent
sys.path.insert(0, str(HERE.parent.parent / 'tools/lib'))

import journal
import order_stream
import seccomp_launch
import system_call_filter

SERVERS, SERVICE, PROFILE, UNIT, SUBJECT = sys.argv[1:]
ORDERS = 100
RUN_SECONDS_MAX = 60
LAUNCHER = [sys.executable, str(HERE / 'seccomp_launch.py')]


def without(directory, *names):
  """The profile without the calls named so: a file in the directory."""
  profile = json.loads(pathlib.Path(PROFILE).read_text(encoding='utf-8'))
  for entry in profile['syscalls']:
    entry['names'] = [name for name in entry['names'] if name not in names]
  path = pathlib.Path(directory, 'without-' + names[0])
  path.write_text(json.dumps(profile), encoding='utf-8')
  return str(path)


def of_unit(directory):
  """The filter of the unit as a profile: a file in the directory."""
  unit = pathlib.Path(UNIT).read_text(encoding='utf-8')
  path = pathlib.Path(directory, 'of-unit')
  path.write_text(json.dumps(system_call_filter.profile_of(unit)), encoding='utf-8')
  return str(path)


def handle_all(environment, launcher=()):
  """Runs the service until the stream is empty: (exit code, its summary, its log)."""
  done = subprocess.run([*launcher, SERVICE, '--once'], env=environment, text=True, check=False,
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=RUN_SECONDS_MAX)
  summary = json.loads(done.stdout) if done.returncode == 0 else {}
  return done.returncode, summary, done.stderr


def check_handled(environment, profile, driver):
  """All orders are handled on the driver, and the log has one line about it."""
  order_stream.publish_orders(environment['NATS_URL'], SUBJECT, ORDERS)
  code, summary, log = handle_all(environment, [*LAUNCHER, profile])
  if code != 0:
    yield f'it ends with {code}:\n{log}'
    return
  if summary['driver'] != driver:
    yield f'it runs on {summary["driver"]}, not on {driver}'
  if summary['processed'] != ORDERS:
    yield f'{summary["processed"]} orders are handled, not {ORDERS}'
  told = [line for line in log.splitlines() if driver in line]
  if len(told) != 1:
    yield f'{len(told)} lines of log name the driver, not 1:\n{log}'


def check_drain(environment):
  """It becomes ready under the profile, and ends by SIGTERM with 0."""
  running = subprocess.Popen([*LAUNCHER, PROFILE, SERVICE], env=environment, text=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
  log = []
  for line in running.stderr:
    log.append(line)
    if 'is ready' in line:
      running.send_signal(signal.SIGTERM)
      break
  _, rest = running.communicate(timeout=RUN_SECONDS_MAX)
  if running.returncode != 0:
    yield f'it ends with {running.returncode}:\n{"".join(log)}{rest}'


def check_refused(environment, profile):
  """A profile without files to open stops the service, so what is not named is refused."""
  running = subprocess.run([*LAUNCHER, profile, SERVICE, '--once'], env=environment, text=True,
                           check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                           timeout=RUN_SECONDS_MAX)
  if running.returncode == 0:
    yield 'it works without what it needs'


def check_names(library):
  """No name in the profile is misspelt."""
  profile = json.loads(pathlib.Path(PROFILE).read_text(encoding='utf-8'))
  for entry in profile['syscalls']:
    for name in seccomp_launch.unknown_calls(library, entry['names']):
      yield f'there is no system call {name}'


def main():
  library = seccomp_launch.open_library()
  if library is None:
    print('skipped: there is no libseccomp.so.2 to load the profile with')
    return seccomp_launch.SKIPPED
  checks = journal.Journal('deploy.seccomp')
  checks.case('every name in the profile is a system call', lambda: check_names(library))
  servers = order_stream.PrivateServers(SERVERS)
  environment = {**os.environ, **servers.environment}
  environment.pop('WEIR_DRIVER', None)  # Its own choice is looked at.
  code, alone, log = handle_all(environment)
  if code != 0:
    sys.exit(f'the service does not even work without the profile:\n{log}')
  with tempfile.TemporaryDirectory() as directory:
    checks.case('under the profile the service has the driver that it has without',
                lambda: check_handled(environment, PROFILE, alone['driver']))
    no_ring = without(directory, 'io_uring_setup', 'io_uring_enter', 'io_uring_register')
    checks.case('where io_uring is refused the service runs on epoll, and says so once',
                lambda: check_handled(environment, no_ring, 'epoll'))
    checks.case('under the profile the service drains', lambda: check_drain(environment))
    if shutil.which('systemd-analyze'):
      checks.case("under the unit's filter the service has the driver that it has without",
                  lambda: check_handled(environment, of_unit(directory), alone['driver']))
    else:
      print("note: without systemd-analyze the unit's filter is not tried")
    no_files = without(directory, 'openat', 'open')
    checks.case('what the profile does not name is refused',
                lambda: check_refused(environment, no_files))
  servers.close()
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
