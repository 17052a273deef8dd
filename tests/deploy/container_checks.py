# SPDX-License-Identifier: Apache-2.0
"""Checks of Dockerfile, compose.yaml and the seccomp profile."""

import json
import re
import urllib.parse

import deployment as deployments
import shape
from deployment import ADMIN_PORT, GRACE_SECONDS, ROOT, Interface

# What weir needs of bootstrap.sh's list to be tested, not to be built.
TEST_PACKAGES = {'libclang-rt-19-dev', 'clang-format-19', 'ccache', 'doctest-dev', 'nats-server',
                 'postgresql'}
RING_CALLS = {'io_uring_setup', 'io_uring_enter', 'io_uring_register'}
# The namespaces of clone(2): CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
NEW_NAMESPACES = 0x00020000 | 0x7e000000
NO_SUCH_CALL = 38
# Calls by which a program leaves its container, or looks into others.
DANGEROUS_CALLS = {'bpf', 'mount', 'umount2', 'unshare', 'setns', 'ptrace', 'process_vm_readv',
                   'process_vm_writev', 'init_module', 'finit_module', 'kexec_load', 'reboot',
                   'perf_event_open', 'userfaultfd', 'keyctl', 'add_key', 'pivot_root', 'chroot',
                   'open_by_handle_at', 'swapon', 'settimeofday', 'clock_settime'}
ENTRY = {'comment': str, 'names!': [str], 'action!': {'SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO'},
         'errnoRet': int, 'args': [{'index!': int, 'value!': int, 'valueTwo': int,
                                    'op!': {'SCMP_CMP_MASKED_EQ'}}]}
PROFILE = {'defaultAction!': {'SCMP_ACT_ERRNO'}, 'defaultErrnoRet!': {1},
           'archMap!': [{'architecture!': {'SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'},
                         'subArchitectures!': lambda value: value == []}],
           'syscalls!': [ENTRY]}


def instructions(deployment):
  """The Dockerfile's stages, each a list of (instruction, its text), lines joined."""
  text = re.sub(r'\\\n', ' ', re.sub(r'^#.*\n', '', deployment.text('Dockerfile'), flags=re.M))
  stages = []
  for line in filter(None, map(str.strip, text.splitlines())):
    word, _, rest = line.partition(' ')
    if word == 'FROM':
      stages.append([])
    stages[-1].append((word, rest))
  return stages


def packages_of(stage):
  """What a stage installs, in the order in which it stands there."""
  for word, rest in stage:
    installed = re.search(r'--no-install-recommends\s+(.*?)\s*(&&|$)', rest)
    if word == 'RUN' and installed:
      return installed.group(1).split()
  return []


def bootstrap_packages():
  """The list weir_packages of tools/lib/bootstrap.sh."""
  text = (ROOT / 'tools/lib/bootstrap.sh').read_text(encoding='utf-8')
  listed = re.search(r"^weir_packages='\n(.*?)^'", text, re.MULTILINE | re.DOTALL).group(1)
  return {line.partition(':')[0] for line in listed.splitlines()}


def words_of(stage, word):
  return [rest for name, rest in stage if name == word]


def builder_has_packages(deployment):
  """The builder installs what bootstrap.sh installs, but for what only tests need."""
  listed = packages_of(instructions(deployment)[0])
  if listed != sorted(listed):
    yield 'the list is not sorted'
  wanted = bootstrap_packages() - TEST_PACKAGES
  yield from (f'the builder lacks {name}' for name in wanted - set(listed))
  yield from (f'bootstrap.sh knows no {name}' for name in set(listed) - wanted)


def image_is_as_should_be(deployment):
  """Two stages of bookworm; not root; ended by SIGTERM; its health asked by the program itself."""
  stages = instructions(deployment)
  bases = [words_of(stage, 'FROM')[0] for stage in stages]
  if bases != ['debian:bookworm AS builder', 'debian:bookworm-slim']:
    yield f'the stages are {bases}'
    return
  last = stages[1]
  program = f'/usr/bin/{deployment.service}'
  expected = {'USER': ['65532:65532'], 'STOPSIGNAL': ['SIGTERM'], 'EXPOSE': [str(ADMIN_PORT)],
              'ENTRYPOINT': [json.dumps([program])]}
  for word, values in expected.items():
    if words_of(last, word) != values:
      yield f'{word} is {words_of(last, word)}, not {values}'
  health = words_of(last, 'HEALTHCHECK')[0]
  if json.loads(health.partition('CMD ')[2]) != [program, '--probe', 'readyz']:
    yield f'the health check is {health}'
  if not Interface().has('flag', '--probe') or not Interface().has('page', '/readyz'):
    yield 'the service cannot be asked so'
  for stage in stages:
    for run in words_of(stage, 'RUN'):
      if 'apt-get install' in run and not run.endswith('rm -rf /var/lib/apt/lists/*'):
        yield 'a layer keeps the lists of apt'


def image_has_files(deployment):
  """What is copied exists in the tree or is built; migrations are where the variable says."""
  stages = instructions(deployment)
  variables = dict(text.split('=', 1) for text in words_of(stages[1], 'ENV'))
  for name in variables:
    if not Interface().has_variable(name):
      yield f'the service knows no variable {name}'
  copied = [text.split() for text in words_of(stages[1], 'COPY')]
  built = f'/build/{deployment.home}{deployment.service}'
  if ['--from=builder', built, f'/usr/bin/{deployment.service}'] not in copied:
    yield f'the program {built} is not copied'
  if not any(f'ninja -C /build {built.removeprefix("/build/")}' in text
             for text in words_of(stages[0], 'RUN')):
    yield 'the program is not built'
  targets = {words[-1]: words[0] for words in copied if not words[0].startswith('--')}
  source = targets.get(variables.get('WEIR_MIGRATIONS'))
  if source != f'{deployment.home}migrations':
    yield f'the migrations are taken from {source}'
  if not variables.get('WEIR_ADMIN__LISTEN', '').endswith(f':{ADMIN_PORT}'):
    yield f'the image does not listen at {ADMIN_PORT}'


def composed_variables_are_known(deployment):
  """Every variable that compose.yaml gives the service is one that it reads."""
  for name in deployment.yaml('compose.yaml')['services'][deployment.service]['environment']:
    if not Interface().has_variable(name):
      yield f'the service knows no variable {name}'


def composed_hosts_are_there(deployment):
  """Every URL leads to a service of compose.yaml, at the port where that listens."""
  services = deployment.yaml('compose.yaml')['services']
  ports = {'nats': 4222, 'postgres': 5432, 'otel-collector': 4318}
  for name, value in services[deployment.service]['environment'].items():
    if '://' not in value:
      continue
    place = urllib.parse.urlparse(value)
    if place.hostname not in services or place.port != ports.get(place.hostname):
      yield f'{name} leads to {place.hostname}:{place.port}'
    if place.password:
      yield f'{name} has a password in it'
  if services['nats']['command'][-2:] != ['-m', '8222']:
    yield 'nats-server has no monitoring at 8222'
  receiver = deployment.yaml('otel-collector.yaml')['receivers']['otlp']['protocols']['http']
  if receiver['endpoint'] != f'0.0.0.0:{ports["otel-collector"]}':
    yield f'the collector listens at {receiver["endpoint"]}'
  scraped = deployment.yaml('prometheus/prometheus.yaml')['scrape_configs'][0]['static_configs']
  if scraped[0]['targets'] != [f'{deployment.service}:{ADMIN_PORT}']:
    yield f'Prometheus scrapes {scraped}'
  source = deployment.yaml('grafana/provisioning/datasources/prometheus.yaml')['datasources'][0]
  if urllib.parse.urlparse(source['url']).hostname not in services:
    yield f'Grafana asks {source["url"]}'


def composed_files_are_there(deployment):
  """Every file that is mounted exists, every volume and secret is declared, no port is public."""
  compose = deployment.yaml('compose.yaml')
  for name, service in compose['services'].items():
    for mount in service.get('volumes', []):
      source = mount.split(':')[0]
      if source.startswith('.') and not (deployment.folder / source).exists():
        yield f'{name} mounts {source}, which is not there'
      if not source.startswith('.') and source not in compose['volumes']:
        yield f'{name} has the volume {source}, which is not declared'
    for secret in service.get('secrets', []):
      if secret not in compose['secrets']:
        yield f'{name} has the secret {secret}, which is not declared'
    for port in service.get('ports', []):
      if not port.startswith('127.0.0.1:'):
        yield f'{name} opens {port} to the network'
  used = compose['services']['grafana']['volumes']
  provider = deployment.yaml('grafana/provisioning/dashboards/files.yaml')['providers'][0]
  folder = provider['options']['path']
  if not any(mount.split(':')[1].startswith(folder + '/') for mount in used):
    yield f'no dashboard is in {folder}'


def composed_service_is_confined(deployment):
  """The service has the profile, the time to drain, and nothing that it does not need."""
  service = deployment.yaml('compose.yaml')['services'][deployment.service]
  if 'seccomp=./seccomp-weir.json' not in service['security_opt']:
    yield 'the service has no profile'
  if not service['read_only'] or service['cap_drop'] != ['ALL']:
    yield 'the service may write, or has capabilities'
  wanted = f'{deployments.drain_seconds() + GRACE_SECONDS}s'
  if service['stop_grace_period'] != wanted:
    yield f'stop_grace_period is {service["stop_grace_period"]}, not {wanted}'
  build = service['build']
  file = deployment.folder / build['context'] / build['dockerfile']
  if not file.is_file() or not file.samefile(deployment.folder / 'Dockerfile'):
    yield f'{build["dockerfile"]} in {build["context"]} is not the Dockerfile here'


def profile_is_strict(deployment):
  """The profile allows io_uring, no new namespaces, and no call that leaves the container."""
  profile = json.loads(deployment.text('seccomp-weir.json'))
  yield from shape.complaints(profile, PROFILE, 'seccomp-weir.json')
  names = [name for entry in profile['syscalls'] for name in entry['names']]
  yield from (f'{name} stands there twice' for name in set(names) if names.count(name) > 1)
  allowed = {name for entry in profile['syscalls'] for name in entry['names']
             if entry['action'] == 'SCMP_ACT_ALLOW'}
  yield from (f'{name} is not allowed' for name in RING_CALLS - allowed)
  yield from (f'{name} is allowed' for name in DANGEROUS_CALLS & allowed)
  for entry in profile['syscalls']:
    if entry['names'] == ['clone']:
      compared = entry.get('args', [{}])[0]
      if (compared.get('index'), compared.get('value'), compared.get('valueTwo')) != (
          0, NEW_NAMESPACES, 0):
        yield 'clone may make namespaces'
    elif 'clone' in entry['names'] or entry['names'] == ['clone3'] and (
        entry.get('errnoRet') != NO_SUCH_CALL):
      yield f'{entry["names"]}: clone and clone3 have rules of their own'


CHECKS = [builder_has_packages, image_is_as_should_be, image_has_files,
          composed_variables_are_known, composed_hosts_are_there, composed_files_are_there,
          composed_service_is_confined, profile_is_strict]
