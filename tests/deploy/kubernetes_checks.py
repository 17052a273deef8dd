# SPDX-License-Identifier: Apache-2.0
"""Checks of the Kubernetes manifests: their shape, and whether they agree with each other."""

import copy
import tomllib

import deployment as deployments
import shape
from deployment import ADMIN_PORT, GRACE_SECONDS, Interface
from kubernetes_shapes import SHAPES

PAGES = {'startupProbe': '/startupz', 'livenessProbe': '/livez', 'readinessProbe': '/readyz'}
USER = 65532


def manifest(deployment, name):
  return deployment.yaml('kubernetes/' + name)


def pod(deployment):
  return manifest(deployment, 'deployment.yaml')['spec']['template']['spec']


def shapes_fit(deployment):
  """Each manifest has the fields that Kubernetes knows, with values of their types."""
  files = {path.name for path in deployment.files() if path.parts[0] == 'kubernetes'}
  for name in files ^ set(SHAPES):
    yield f'kubernetes/{name} is there without a shape, or the other way round'
  for name in files & set(SHAPES):
    yield from shape.complaints(manifest(deployment, name), SHAPES[name], name)


def bad_shapes_are_found(deployment):
  """A field with a wrong name, a wrong type or missing is complained of."""
  good = manifest(deployment, 'deployment.yaml')
  misspelt, mistyped, missing = copy.deepcopy(good), copy.deepcopy(good), copy.deepcopy(good)
  containers = misspelt['spec']['template']['spec']['containers']
  containers[0]['readynessProbe'] = containers[0].pop('readinessProbe')
  mistyped['spec']['replicas'] = '2'
  del missing['spec']['selector']
  for bad in (misspelt, mistyped, missing):
    if not list(shape.complaints(bad, SHAPES['deployment.yaml'])):
      yield 'a bad manifest passes'


def names_agree(deployment):
  """All objects bear the service's name, and all selectors find the pods."""
  labels = {'app.kubernetes.io/name': deployment.service}
  for name in set(SHAPES) - {'kustomization.yaml'}:
    metadata = manifest(deployment, name)['metadata']
    if metadata['name'] != deployment.service or metadata['labels'] != labels:
      yield f'{name} bears another name'
  spec = manifest(deployment, 'deployment.yaml')['spec']
  budget = manifest(deployment, 'poddisruptionbudget.yaml')['spec']
  selectors = [spec['selector'], budget['selector']]
  selectors += [one['labelSelector'] for one in pod(deployment)['topologySpreadConstraints']]
  for selector in selectors:
    if not selector['matchLabels'].items() <= spec['template']['metadata']['labels'].items():
      yield f'the selector {selector} does not find the pods'
  for name in manifest(deployment, 'kustomization.yaml')['resources']:
    if name not in SHAPES:
      yield f'kustomization.yaml names {name}, which is not there'


def probes_ask_for_pages(deployment):
  """Each probe asks for the page that is meant for it, at the port where the service listens."""
  known = Interface()
  container = pod(deployment)['containers'][0]
  ports = {port['name']: port['containerPort'] for port in container['ports']}
  for probe, path in PAGES.items():
    asked = container[probe]['httpGet']
    if asked['path'] != path or not known.has('page', path):
      yield f'{probe} asks for {asked["path"]}'
    if ports.get(asked['port']) != ADMIN_PORT:
      yield f'{probe} asks at another port'
  if not settings(deployment)['admin']['listen'].endswith(f':{ADMIN_PORT}'):
    yield f'the service does not listen at {ADMIN_PORT}'
  if settings(deployment)['admin']['listen'].startswith('127.'):
    yield 'the service listens on the loopback, where no probe comes from'
  scraped = manifest(deployment, 'deployment.yaml')['spec']['template']['metadata']['annotations']
  if scraped['prometheus.io/port'] != str(ADMIN_PORT):
    yield 'Prometheus is sent to another port'


def settings(deployment):
  return tomllib.loads(manifest(deployment, 'configmap.yaml')['data']['config.toml'])


def settings_are_known(deployment):
  """Each key of config.toml is a setting of the service, and no secret is among them."""
  known = Interface()
  for section, keys in settings(deployment).items():
    for key, value in keys.items():
      if not known.has('setting', f'{section}.{key}'):
        yield f'there is no setting {section}.{key}'
      if '://' in str(value) and '@' in str(value):
        if ':' in str(value).partition('://')[2].partition('@')[0]:
          yield f'{section}.{key} has a password in it'


def files_are_mounted(deployment):
  """What the settings name is mounted where they say, and the service reads its configuration."""
  volumes = {one['name']: one for one in pod(deployment)['volumes']}
  mounted = {one['mountPath']: volumes[one['name']]
             for one in pod(deployment)['containers'][0]['volumeMounts']}
  if mounted.get('/etc/' + deployment.service, {}).get('configMap') != {'name': deployment.service}:
    yield 'config.toml is not where the service looks for it'
  for section, keys in settings(deployment).items():
    for key, path in keys.items():
      if key.endswith('_file') and 'secret' not in mounted.get(path.rpartition('/')[0], {}):
        yield f'{section}.{key} is {path}, where no secret is mounted'
  for one in volumes.values():
    if 'secret' in one and one['secret']['secretName'] != deployment.service:
      yield f'the Secret is {one["secret"]["secretName"]}'


def drain_fits(deployment):
  """The pod has the time to drain and five seconds more; the update takes no pod away first."""
  told = settings(deployment)['service']['drain_timeout']
  if told != f'{deployments.drain_seconds()}s':
    yield f'drain_timeout is {told}; the service says {deployments.drain_seconds()}s'
  grace = pod(deployment)['terminationGracePeriodSeconds']
  if f'{grace - GRACE_SECONDS}s' != told:
    yield f'the grace period of {grace} s is not {told} and {GRACE_SECONDS} s more'
  update = manifest(deployment, 'deployment.yaml')['spec']['strategy']['rollingUpdate']
  if update != {'maxSurge': '25%', 'maxUnavailable': 0}:
    yield f'the update is {update}'


def pod_is_confined(deployment):
  """The pod runs as the image's user, under the profile that stands beside it."""
  context = pod(deployment)['securityContext']
  if {context['runAsUser'], context['runAsGroup']} != {USER}:
    yield f'the pod does not run as {USER}'
  profile = context['seccompProfile']
  file = profile.get('localhostProfile', '').rpartition('/')[2]
  if profile['type'] != 'Localhost' or not (deployment.folder / file).is_file():
    yield f'the profile {file} is not there'


def scaler_fits(deployment):
  """The scaler looks at the consumer of the service, and scales its deployment."""
  spec = manifest(deployment, 'scaledobject.yaml')['spec']
  metadata = spec['triggers'][0]['metadata']
  if (metadata['stream'], metadata['consumer']) != (deployment.stream, deployment.service):
    yield f'the trigger looks at {metadata["stream"]} > {metadata["consumer"]}'
  if spec['scaleTargetRef']['name'] != deployment.service:
    yield f'it scales {spec["scaleTargetRef"]["name"]}'
  if not 0 <= spec['minReplicaCount'] <= spec['maxReplicaCount']:
    yield 'the smallest number of replicas is above the largest'
  for key in ('lagThreshold', 'activationLagThreshold'):
    if not metadata[key].isdigit():
      yield f'{key} is {metadata[key]}'
  nats = settings(deployment)['nats']['url'].partition('://')[2].partition(':')[0]
  if metadata['natsServerMonitoringEndpoint'] != f'{nats}:8222':
    yield 'the trigger asks another nats-server than the service'


CHECKS = [shapes_fit, bad_shapes_are_found, names_agree, probes_ask_for_pages, settings_are_known,
          files_are_mounted, drain_fits, pod_is_confined, scaler_fits]
