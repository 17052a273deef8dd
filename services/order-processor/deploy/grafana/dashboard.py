#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes dashboard.json beside itself: Grafana's dashboard of the service. No dependency.

A panel is a title, a unit of Grafana and its curves, each an expression and a legend. $job stands
for the service that is looked at, $__rate_interval for a window that suits the range of time.
"""

import json
import pathlib

SERVICE = 'order-processor'
DATA_SOURCE = {'type': 'prometheus', 'uid': '${datasource}'}
ROW_PANELS = 4
PANEL_WIDTH, PANEL_HEIGHT = 24 // ROW_PANELS, 8


def total(metric, *labels):
  """The sum over all programs, for each value of the labels."""
  return f'sum by ({", ".join(labels)}) ({metric}{{job="$job"}})'


def rate(metric, *labels):
  return f'sum by ({", ".join(labels)}) (rate({metric}{{job="$job"}}[$__rate_interval]))'


def quantile(share, metric, *labels):
  by = ', '.join([*labels, 'le'])
  return (f'histogram_quantile({share}, sum by ({by}) '
          f'(rate({metric}_bucket{{job="$job"}}[$__rate_interval])))')


def largest(metric, *labels):
  """For what every program tells of the same thing, such as the lag of a shared consumer."""
  return f'max by ({", ".join(labels)}) ({metric}{{job="$job"}})'


ROWS = [
  ('Handlers: rate, errors, duration', [
    ('Tries', 'ops', [(rate('weir_handler_duration_seconds_count', 'handler', 'outcome'),
                       '{{handler}} {{outcome}}')]),
    ('Without success', 'ops', [
      (rate('weir_messages_nacked_total', 'consumer'), '{{consumer}} given back'),
      (rate('weir_messages_dead_lettered_total', 'consumer'), '{{consumer}} dead letters'),
      (rate('weir_messages_invalid_total', 'consumer'), '{{consumer}} invalid'),
      (rate('weir_retry_total', 'dependency'), '{{dependency}} tried again')]),
    ('Duration of a try', 's', [
      (quantile(0.5, 'weir_handler_duration_seconds', 'handler'), '{{handler}} p50'),
      (quantile(0.99, 'weir_handler_duration_seconds', 'handler'), '{{handler}} p99')]),
    ('Under way', 'short', [
      (total('weir_handler_inflight', 'handler'), '{{handler}}'),
      (total('weir_handler_inflight_limit', 'handler'), '{{handler}} limit')]),
  ]),
  ('Stream', [
    ('Messages', 'ops', [
      (rate('weir_messages_fetched_total', 'consumer'), '{{consumer}} taken'),
      (rate('weir_messages_acked_total', 'consumer'), '{{consumer}} acknowledged'),
      (rate('weir_messages_redelivered_total', 'consumer'), '{{consumer}} again'),
      (rate('weir_events_published_total', 'handler'), '{{handler}} published')]),
    ('Lag', 'short', [
      (largest('weir_consumer_pending', 'stream', 'consumer'), '{{consumer}} waiting'),
      (largest('weir_consumer_ack_pending', 'stream', 'consumer'), '{{consumer}} in hand')]),
    ('Age at the start of the handler', 's', [
      (quantile(0.5, 'weir_message_age_seconds', 'consumer'), '{{consumer}} p50'),
      (quantile(0.99, 'weir_message_age_seconds', 'consumer'), '{{consumer}} p99')]),
    ('Dead letters and breakers', 'short', [
      (largest('weir_dead_letters', 'subject'), '{{subject}} in its stream'),
      (largest('weir_circuit_state', 'dependency'), '{{dependency}} breaker: 1 open, 2 tries')]),
  ]),
  ('Loop', [
    ('Busy', 'percentunit', [(total('weir_loop_busy_ratio', 'instance', 'loop'),
                              '{{instance}} loop {{loop}}')]),
    ('Duration of a turn', 's', [
      (quantile(0.5, 'weir_loop_iteration_seconds', 'instance'), '{{instance}} p50'),
      (quantile(0.99, 'weir_loop_iteration_seconds', 'instance'), '{{instance}} p99')]),
    ('Tasks, stalls', 'short', [
      (total('weir_loop_tasks', 'instance'), '{{instance}} tasks'),
      ('sum by (instance) (increase(weir_loop_stalls_total{job="$job"}[$__rate_interval]))',
       '{{instance}} stalls')]),
    ('Process', 'bytes', [(total('process_resident_memory_bytes', 'instance'),
                           '{{instance}} memory')]),
  ]),
  ('PostgreSQL', [
    ('Statements', 'ops', [(rate('weir_postgres_query_duration_seconds_count', 'statement'),
                            '{{statement}}')]),
    ('Duration of a statement', 's', [
      (quantile(0.99, 'weir_postgres_query_duration_seconds', 'statement'), '{{statement}} p99')]),
    ('Connections', 'short', [(total('weir_postgres_pool_in_use', 'instance'),
                               '{{instance}} in use')]),
    ('Outbox, waits for a connection', 's', [
      (largest('weir_outbox_lag_seconds', 'table'), '{{table}} oldest event'),
      (quantile(0.99, 'weir_postgres_pool_wait_seconds', 'instance'), '{{instance}} wait p99')]),
  ]),
]


def panel(number, place, title, unit, curves):
  return {
    'id': number,
    'type': 'timeseries',
    'title': title,
    'datasource': DATA_SOURCE,
    'gridPos': place,
    'fieldConfig': {'defaults': {'unit': unit, 'min': 0,
                                 'custom': {'fillOpacity': 8, 'showPoints': 'never'}},
                    'overrides': []},
    'options': {'legend': {'displayMode': 'list', 'placement': 'bottom'},
                'tooltip': {'mode': 'multi', 'sort': 'desc'}},
    'targets': [{'refId': chr(ord('A') + index), 'datasource': DATA_SOURCE, 'expr': expression,
                 'legendFormat': legend} for index, (expression, legend) in enumerate(curves)],
  }


def panels():
  """All rows, one below the other; a row's panels stand beside each other."""
  made = []
  top = 0
  for title, contents in ROWS:
    made.append({'id': len(made) + 1, 'type': 'row', 'title': title, 'collapsed': False,
                 'panels': [], 'gridPos': {'x': 0, 'y': top, 'w': 24, 'h': 1}})
    for index, (name, unit, curves) in enumerate(contents):
      place = {'x': PANEL_WIDTH * index, 'y': top + 1, 'w': PANEL_WIDTH, 'h': PANEL_HEIGHT}
      made.append(panel(len(made) + 1, place, name, unit, curves))
    top += 1 + PANEL_HEIGHT
  return made


def dashboard():
  return {
    'uid': f'weir-{SERVICE}',
    'title': SERVICE,
    'tags': ['weir'],
    'schemaVersion': 38,
    'version': 1,
    'editable': True,
    'refresh': '10s',
    'time': {'from': 'now-1h', 'to': 'now'},
    'templating': {'list': [
      {'name': 'datasource', 'label': 'Prometheus', 'type': 'datasource', 'query': 'prometheus'},
      {'name': 'job', 'label': 'Service', 'type': 'query', 'datasource': DATA_SOURCE, 'refresh': 1,
       'query': {'query': 'label_values(weir_build_info, job)', 'refId': 'job'},
       'current': {'text': SERVICE, 'value': SERVICE}},
    ]},
    'panels': panels(),
  }


if __name__ == '__main__':
  target = pathlib.Path(__file__).resolve().parent / 'dashboard.json'
  target.write_text(json.dumps(dashboard(), indent=2) + '\n', encoding='utf-8')
