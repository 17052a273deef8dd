# SPDX-License-Identifier: Apache-2.0
"""The part of Kubernetes' and KEDA's schemas that our manifests use; what is not here is refused.

After the API references of apps/v1, policy/v1, v1 (Kubernetes 1.30) and keda.sh/v1alpha1.
"""

import re


def quantity(value):
  """a quantity of Kubernetes is a number with m, Ki, Mi, Gi or nothing"""
  return isinstance(value, str) and re.fullmatch(r'\d+(m|Ki|Mi|Gi)?', value) is not None


def label_value(value):
  """a value of a label has at most 63 letters, digits, - _ and ."""
  return isinstance(value, str) and re.fullmatch(r'[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?',
                                                 value) is not None


def name(value):
  """a name has at most 63 small letters, digits and -"""
  return isinstance(value, str) and re.fullmatch(r'[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?',
                                                 value) is not None


def port_name(value):
  """the name of a port has at most 15 small letters, digits and -"""
  return name(value) and len(value) <= 15


def share_or_count(value):
  """a count, or a share such as 25%"""
  if isinstance(value, int) and not isinstance(value, bool):
    return value >= 0
  return isinstance(value, str) and re.fullmatch(r'\d+%', value) is not None


def absolute_path(value):
  """an absolute path"""
  return isinstance(value, str) and value.startswith('/')


LABELS = {str: label_value}
METADATA = {'name!': name, 'labels!': LABELS}
SELECTOR = {'matchLabels!': LABELS}
PROBE = {'httpGet!': {'path!': absolute_path, 'port!': port_name}, 'periodSeconds': int,
         'timeoutSeconds': int, 'failureThreshold': int}
SECCOMP = {'type!': {'Localhost', 'RuntimeDefault'}, 'localhostProfile': str}
CONTAINER = {
  'name!': name, 'image!': str, 'imagePullPolicy': {'IfNotPresent', 'Always'},
  'ports': [{'name!': port_name, 'containerPort!': int, 'protocol': {'TCP'}}],
  'startupProbe!': PROBE, 'livenessProbe!': PROBE, 'readinessProbe!': PROBE,
  'resources!': {'requests!': {'cpu!': quantity, 'memory!': quantity},
                 'limits!': {'memory!': quantity}},
  'securityContext!': {'readOnlyRootFilesystem!': {True}, 'allowPrivilegeEscalation!': {False},
                       'privileged': {False}, 'capabilities!': {'drop!': [{'ALL'}]}},
  'volumeMounts': [{'name!': name, 'mountPath!': absolute_path, 'readOnly!': {True}}],
}
POD = {
  'terminationGracePeriodSeconds!': int, 'automountServiceAccountToken!': {False},
  'securityContext!': {'runAsNonRoot!': {True}, 'runAsUser!': int, 'runAsGroup!': int,
                       'fsGroup': int, 'seccompProfile!': SECCOMP},
  'topologySpreadConstraints': [{'maxSkew!': int, 'topologyKey!': str,
                                 'whenUnsatisfiable!': {'ScheduleAnyway', 'DoNotSchedule'},
                                 'labelSelector!': SELECTOR}],
  'containers!': [CONTAINER],
  'volumes': [{'name!': name, 'configMap': {'name!': name},
               'secret': {'secretName!': name, 'defaultMode': int}}],
}
DEPLOYMENT = {
  'apiVersion!': {'apps/v1'}, 'kind!': {'Deployment'}, 'metadata!': METADATA,
  'spec!': {
    'replicas!': int, 'revisionHistoryLimit': int, 'selector!': SELECTOR,
    'strategy!': {'type!': {'RollingUpdate'},
                  'rollingUpdate!': {'maxSurge!': share_or_count,
                                     'maxUnavailable!': share_or_count}},
    'template!': {'metadata!': {'labels!': LABELS, 'annotations': {str: str}}, 'spec!': POD},
  },
}
CONFIG_MAP = {'apiVersion!': {'v1'}, 'kind!': {'ConfigMap'}, 'metadata!': METADATA,
              'data!': {str: str}}
DISRUPTION_BUDGET = {'apiVersion!': {'policy/v1'}, 'kind!': {'PodDisruptionBudget'},
                     'metadata!': METADATA,
                     'spec!': {'maxUnavailable!': share_or_count, 'selector!': SELECTOR}}
SCALED_OBJECT = {
  'apiVersion!': {'keda.sh/v1alpha1'}, 'kind!': {'ScaledObject'}, 'metadata!': METADATA,
  'spec!': {
    'scaleTargetRef!': {'name!': name}, 'minReplicaCount!': int, 'maxReplicaCount!': int,
    'pollingInterval': int, 'cooldownPeriod': int,
    # All values of a trigger's metadata are strings.
    'triggers!': [{'type!': {'nats-jetstream'}, 'metadata!': {
      'natsServerMonitoringEndpoint!': str, 'account!': str, 'stream!': str, 'consumer!': str,
      'lagThreshold!': str, 'activationLagThreshold': str, 'useHttps': {'true', 'false'}}}],
  },
}
KUSTOMIZATION = {'apiVersion!': {'kustomize.config.k8s.io/v1beta1'}, 'kind!': {'Kustomization'},
                 'resources!': [str]}

SHAPES = {'deployment.yaml': DEPLOYMENT, 'configmap.yaml': CONFIG_MAP,
          'poddisruptionbudget.yaml': DISRUPTION_BUDGET, 'scaledobject.yaml': SCALED_OBJECT,
          'kustomization.yaml': KUSTOMIZATION}
