# SPDX-License-Identifier: Apache-2.0
"""The service offers what its deployment relies on: interface_test.py SERVERS SERVICE

That is what interface.txt and scrape.txt say; so the other tests, which read these files, need no
running service.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request

import deployment as deployments
import order_stream
from deployment import HERE, Interface

import journal

SERVERS, SERVICE = sys.argv[1:]
STEP_SECONDS_MAX = 60
# A setting that is a secret is read from the file that the key with this ending names.
OF_A_FILE = '_file'


def output_of(*arguments, **options):
  """What the service prints, and its exit code."""
  done = subprocess.run([SERVICE, *arguments], text=True, check=False, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE, timeout=STEP_SECONDS_MAX, **options)
  return done.stdout, done.returncode


def free_port():
  with socket.create_server(('127.0.0.1', 0)) as taken:
    return taken.getsockname()[1]


class RunningService:
  """The service on private servers, from its word that it is ready."""

  def __init__(self, environment):
    self.environment = dict(environment, WEIR_ADMIN__LISTEN=f'127.0.0.1:{free_port()}')
    self._process = subprocess.Popen([SERVICE], env=self.environment, text=True,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    log = []
    for line in self._process.stderr:
      log.append(line)
      if 'is ready' in line:
        return
    raise RuntimeError('the service does not start:\n' + ''.join(log))

  def page(self, path):
    """The status and the text of a page."""
    url = f'http://{self.environment["WEIR_ADMIN__LISTEN"]}{path}'
    try:
      with urllib.request.urlopen(url, timeout=STEP_SECONDS_MAX) as answer:
        return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
      return refused.code, refused.read().decode()

  def end(self):
    self._process.send_signal(signal.SIGTERM)
    self._process.communicate(timeout=STEP_SECONDS_MAX)


def check_flags(interface):
  """Each flag stands in --help."""
  text, _ = output_of('--help')
  known = set(re.findall(r'--[a-z-]+', text))
  yield from (f'--help knows no {flag}' for flag in interface.all('flag') - known)


def check_settings(interface):
  """Each setting is one that --print-config shows."""
  text, code = output_of('--print-config')
  if code != 0:
    yield f'--print-config ends with {code}'
    return
  shown = {f'{section}.{key}' for section, keys in tomllib.loads(text).items()
           if isinstance(keys, dict) for key in keys}
  for setting in interface.all('setting'):
    if not {setting, setting.removesuffix(OF_A_FILE)} & shown:
      yield f'--print-config shows no {setting}'


def check_pages(interface, service):
  """Each page is there and well, and the probe says so."""
  for path in interface.all('page'):
    status, text = service.page(path)
    if status != 200:
      yield f'{path} answers {status}: {text}'
  _, code = output_of('--probe', 'readyz', env=service.environment)
  if code != 0:
    yield f'--probe readyz ends with {code}'


def families(text):
  """The types of the families, and the labels of the series, of a scrape."""
  types = dict(re.findall(r'^# TYPE (\w+) (\w+)$', text, re.MULTILINE))
  labels = {}
  for name, listed in re.findall(r'^([a-z_:]\w*)(?:\{(.*)\})? ', text, re.MULTILINE):
    labels.setdefault(name, set()).update(re.findall(r'(\w+)="', listed))
  return types, labels


def check_metrics(service):
  """Each family of scrape.txt is there, of its type, with its labels."""
  _, text = service.page('/metrics')
  types, labels = families(text)
  expected_types, expected_labels = families((HERE / 'scrape.txt').read_text(encoding='utf-8'))
  for name, kind in expected_types.items():
    if types.get(name) != kind:
      yield f'{name} is {types.get(name)}, not {kind}'
  for name, expected in expected_labels.items():
    if not expected <= labels.get(name, expected):
      yield f'{name} has the labels {labels[name]}, not {expected}'


def check_probe_of_none(environment):
  """The probe of a service that does not run fails."""
  nowhere = dict(environment, WEIR_ADMIN__LISTEN=f'127.0.0.1:{free_port()}')
  _, code = output_of('--probe', 'readyz', env=nowhere)
  if code == 0:
    yield 'the probe finds a service that does not run'


def main():
  if '--probe' not in output_of('--help')[0]:
    print('skipped: this service has no admin port')
    return deployments.SKIPPED
  interface = Interface()
  checks = journal.Journal('deploy.interface')
  checks.case('the program has the flags that its deployment uses', lambda: check_flags(interface))
  if '--print-config' in output_of('--help')[0]:
    checks.case('the program has the settings that its deployment uses',
                lambda: check_settings(interface))
  servers = order_stream.PrivateServers(SERVERS)
  environment = {**os.environ, **servers.environment}
  try:
    service = RunningService(environment)
    checks.case('the service has the pages that its deployment asks for',
                lambda: check_pages(interface, service))
    checks.case('/metrics has the families that rules and dashboard name',
                lambda: check_metrics(service))
    service.end()
    checks.case('the probe fails where no service runs', lambda: check_probe_of_none(environment))
  finally:
    servers.close()
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
