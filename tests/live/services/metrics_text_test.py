# SPDX-License-Identifier: Apache-2.0
"""What a service exports is what Prometheus' own tools read.

metrics_text_test.py METRICS-TEXT RUNNING-METRICS ORDER-PROCESSOR
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.path.abspath(__file__)).parents[3]
sys.path.insert(0, str(ROOT / 'tools/lib'))

import journal  # noqa: E402

# Where Debian puts its packages, which another python3 than its own does not look at.
sys.path.append('/usr/lib/python3/dist-packages')
try:
  from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:
  text_string_to_metric_families = None

ON_A_BENCH, RUNNING, SERVICE = (os.path.abspath(path) for path in sys.argv[1:])
SECONDS_MAX = 200
SKIPPED = 77
# What the order-processor has of its own.
OWN = {'order_processed_total'}
ROW = re.compile(r'^\| `(\w+)` \| (\w+) \| (.*?) \|')


def check_by_promtool(text):
  done = subprocess.run(['promtool', 'check', 'metrics'], input=text, text=True, check=False,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS_MAX)
  if done.returncode != 0 or done.stdout.strip():
    yield f'promtool ends with {done.returncode}: {done.stdout}'


def values_of_openmetrics(text):
  """(name, labels) of each sample, with its value."""
  return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
          for family in text_string_to_metric_families(text) for sample in family.samples}


def values_of_prometheus(text):
  """The same, of the other form."""
  values = {}
  for line in text.splitlines():
    match = re.match(r'(\w+)(?:\{(.*)\})? (\S+)$', line)
    if match:
      labels = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match.group(2) or '')
      # OpenMetrics writes a bound as no integer.
      labels = [(name, str(float(value)) if name == 'le' and value != '+Inf' else value)
                for name, value in labels]
      values[match.group(1), tuple(sorted(labels))] = float(match.group(3))
  return values


def check_same(prometheus, openmetrics):
  by_text = values_of_prometheus(prometheus)
  normal = {(name, tuple((label, str(float(value)) if label == 'le' and value != '+Inf' else value)
                         for label, value in labels)): number
            for (name, labels), number in values_of_openmetrics(openmetrics).items()}
  for series in sorted(set(by_text) ^ set(normal)):
    yield f'only one of the forms has {series}'
  for (name, labels), value in by_text.items():
    is_steady = not name.startswith(('process_', 'weir_loop_', 'weir_sqe_'))
    if is_steady and normal.get((name, labels), value) != value:
      yield f'{name} {labels} is {value} in one form and {normal[name, labels]} in the other'


def check_counts(text, letters):
  """20 orders, and something that is none, which is among so many dead letters."""
  values = values_of_prometheus(text)
  consumer = (('consumer', 'order-processor'), ('stream', 'ORDERS'))
  expected = {('order_processed_total', ()): 20,
              ('weir_messages_fetched_total', consumer): 21,
              ('weir_messages_acked_total', consumer): 20,
              ('weir_messages_invalid_total', consumer): 1,
              ('weir_messages_dead_lettered_total', consumer): 1,
              ('weir_messages_nacked_total', consumer): 0,
              ('weir_consumer_pending', consumer): 0,
              ('weir_dead_letters', (('subject', 'dlq.orders'),)): letters,
              ('weir_message_age_seconds_count', consumer): 20,
              ('weir_events_published_total', (('handler', 'order-processor'),)): 20,
              ('weir_handler_duration_seconds_count',
               (('handler', 'order-processor'), ('outcome', 'success'))): 20}
  for series, count in expected.items():
    if values.get(series) != count:
      yield f'{series} is {values.get(series)}, not {count}'


def check_openmetrics_counts(text):
  """What the articles count is there in this form, too."""
  names = {name for name, _ in values_of_openmetrics(text)}
  for name in ('order_processed_total', 'weir_consumer_pending', 'weir_dead_letters',
               'weir_messages_invalid_total'):
    if name not in names:
      yield f'OpenMetrics is without {name}'


def described(text):
  """Names with types and labels, of a text."""
  kinds = dict(re.findall(r'^# TYPE (\w+) (\w+)$', text, re.MULTILINE))
  labels = {}
  for name, series in values_of_prometheus(text):
    family = name if name in kinds else re.sub('_(bucket|sum|count)$', '', name)
    labels.setdefault(family, set()).update(label for label, _ in series if label != 'le')
  return {name: (kind, labels.get(name)) for name, kind in kinds.items() if name not in OWN}


def documented():
  """The same of the README's table."""
  found = {}
  lines = (ROOT / 'sdk/README.md').read_text().split('\n## Metrics\n')[1].split('\n## ')[0]
  for line in lines.splitlines():
    if match := ROW.match(line):
      found[match.group(1)] = (match.group(2), set(re.findall(r'`(\w+)`', match.group(3))))
  return found


def check_documented(text):
  is_so = described(text)
  is_told = documented()
  for name in sorted(set(is_so) ^ set(is_told)):
    yield f'{name} is only {"exported" if name in is_so else "in sdk/README.md"}'
  for name, (kind, labels) in is_so.items():
    told_kind, told_labels = is_told.get(name, (kind, labels))
    # One without a series has labels all the same, which nobody sees here.
    if kind != told_kind or (labels is not None and labels != told_labels):
      yield f'{name} is a {kind} with {labels}, in sdk/README.md a {told_kind} with {told_labels}'


def metrics_of(*command):
  """What a program writes into the two files that it is given."""
  with tempfile.TemporaryDirectory() as directory:
    paths = [os.path.join(directory, name) for name in ('prometheus', 'openmetrics')]
    subprocess.run([*command, *paths], check=True, timeout=SECONDS_MAX)
    return [pathlib.Path(path).read_text() for path in paths]


def main():
  if shutil.which('promtool') is None or text_string_to_metric_families is None:
    print('skipped: promtool or python3-prometheus-client is missing')
    return SKIPPED
  prometheus, openmetrics = metrics_of(ON_A_BENCH)
  running, running_openmetrics = metrics_of(RUNNING, SERVICE)
  checks = journal.Journal('services.metrics_text')
  checks.case('promtool has nothing to say against the metrics',
              lambda: check_by_promtool(prometheus))
  checks.case('nor against those of the order-processor while it runs',
              lambda: check_by_promtool(running))
  checks.case('the metrics are the same as OpenMetrics, which its parser reads',
              lambda: check_same(prometheus, openmetrics))
  checks.case('the counts are what happened', lambda: check_counts(prometheus, letters=0))
  checks.case('the counts of the order-processor are, too, in both forms',
              lambda: [*check_counts(running, letters=1),
                       *check_openmetrics_counts(running_openmetrics)])
  checks.case('the table of sdk/README.md is what a service exports',
              lambda: check_documented(prometheus))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
