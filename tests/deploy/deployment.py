# SPDX-License-Identifier: Apache-2.0
"""The files of a service's deployment, and what the service offers to them."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(os.path.abspath(__file__)).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / 'tools/lib'))

SKIPPED = 77
COMMAND_SECONDS_MAX = 120
# What the supervisor gives beyond the time to drain.
GRACE_SECONDS = 5
ADMIN_PORT = 8080
# Of Prometheus itself, for every target.
LABELS_OF_TARGETS = {'job', 'instance'}


def need(module, package):
  """Imports a module of Python, or ends the test as skipped."""
  try:
    return __import__(module)
  except ImportError:
    print(f'skipped: Python has no module {module}: apt-get install {package}')
    sys.exit(SKIPPED)


yaml = need('yaml', 'python3-yaml')


class Deployment:
  """The folder deploy/ of a service, and the names that its files were made for."""

  def __init__(self, folder, service, stream):
    self.folder = pathlib.Path(folder)
    self.service = service
    self.stream = stream
    # From the root of the project: a project of one service has it there.
    self.home = f'services/{service}/' if self.folder.parent.parent.name == 'services' else ''

  def text(self, path):
    return (self.folder / path).read_text(encoding='utf-8')

  def yaml(self, path):
    return yaml.safe_load(self.text(path))

  def files(self):
    """All files, as paths from the folder."""
    return sorted(path.relative_to(self.folder) for path in self.folder.rglob('*')
                  if path.is_file() and '__pycache__' not in path.parts)


class Interface:
  """What interface.txt says."""

  def __init__(self):
    self._words = {}
    for line in (HERE / 'interface.txt').read_text(encoding='utf-8').splitlines():
      if line and not line.startswith('#'):
        kind, word = line.split()
        self._words.setdefault(kind, set()).add(word)

  def all(self, kind):
    return self._words.get(kind, set())

  def has(self, kind, word):
    return word in self.all(kind)

  def has_variable(self, name):
    """NATS_URL and the like, and WEIR_NATS__URL for the setting nats.url."""
    section = re.fullmatch(r'WEIR_([A-Z]+)__([A-Z_]+)', name)
    if section:
      return self.has('setting', '.'.join(section.groups()).lower())
    return self.has('variable', name)


def metrics():
  """The names of all series of a scrape, each with the labels that it has."""
  labels = {}
  for line in (HERE / 'scrape.txt').read_text(encoding='utf-8').splitlines():
    sample = re.match(r'([a-z_:]\w*)(?:\{(.*)\})? ', line)
    if sample:
      found = set(re.findall(r'(\w+)="', sample.group(2) or ''))
      labels[sample.group(1)] = found | LABELS_OF_TARGETS
  labels['up'] = set(LABELS_OF_TARGETS)
  return labels


def drain_seconds():
  """How long a service drains that was told nothing else: as its source says."""
  sources = {'sdk/include/weir/config/process_settings.hpp': r'drain_timeout',
             'sdk/service/running_service.cpp': r'drain_limit'}
  for source, name in sources.items():
    path = ROOT / source
    found = path.exists() and re.search(name + r' = std::chrono::seconds\((\d+)\)',
                                        path.read_text(encoding='utf-8'))
    if found:
      return int(found.group(1))
  raise RuntimeError(f'none of {list(sources)} says how long a service drains')


def run(command, **options):
  """Runs a command: (succeeded, output)."""
  done = subprocess.run([str(word) for word in command], text=True, check=False,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                        timeout=COMMAND_SECONDS_MAX, **options)
  return done.returncode == 0, done.stdout


def skip_without(program, package):
  """Ends the test as skipped where there is no such program."""
  if not shutil.which(program):
    print(f'skipped: there is no {program}: apt-get install {package}')
    sys.exit(SKIPPED)
