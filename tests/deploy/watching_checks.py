# SPDX-License-Identifier: Apache-2.0
"""Checks of what looks at the service: alert rules, dashboard, the servers' settings."""

import json
import pathlib
import re
import sys
import tempfile

from deployment import metrics, run

# What stands in an expression of PromQL beside names of metrics and labels.
WORDS = {'by', 'without', 'on', 'ignoring', 'and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan'}
SEVERITIES = {'page', 'ticket', 'info'}


def series_of(expression):
  """The series that an expression names, each with the labels that it is matched by."""
  plain = re.sub(r'\[[^\]]*\]', '', expression)
  for name, _, matchers in re.findall(r'\b([a-zA-Z_:][\w:]*)\b(\s*\{([^}]*)\})?(?!\s*\()',
                                      without_groupings(without_strings(plain))):
    if name not in WORDS:
      yield name, set(re.findall(r'(\w+)\s*(?:=~|!~|!=|=)', matchers))


def without_strings(expression):
  return re.sub(r'"[^"]*"', '""', expression)


def without_groupings(expression):
  return re.sub(r'\b(by|without|on|ignoring)\s*\([^)]*\)', '', expression)


def groupings_of(expression):
  """The labels that an expression groups by."""
  for listed in re.findall(r'\bby\s*\(([^)]*)\)', without_strings(expression)):
    yield from (label.strip() for label in listed.split(','))


def check_expression(where, expression):
  """All series and labels of an expression are such as the service has."""
  known = metrics()
  named = list(series_of(expression))
  if not named:
    yield f'{where}: no series in "{expression}"'
  having = set()
  for name, matched in named:
    if name not in known:
      yield f'{where}: /metrics has no series {name}'
      continue
    having |= known[name]
    for label in matched - known[name]:
      yield f'{where}: {name} has no label {label}'
  for label in set(groupings_of(expression)) - having:
    yield f'{where}: none of its series has the label {label}'


def rules(deployment):
  return [rule for group in deployment.yaml('prometheus/rules.yaml')['groups']
          for rule in group['rules']]


def expressions_of_dashboard(deployment):
  dashboard = json.loads(deployment.text('grafana/dashboard.json'))
  for panel in dashboard['panels']:
    for target in panel.get('targets', []):
      yield panel['title'], target['expr']


def expressions_are_known(deployment):
  """Every expression of rules and dashboard names series and labels that /metrics has."""
  for rule in rules(deployment):
    yield from check_expression('alert ' + rule['alert'], rule['expr'])
  for title, expression in expressions_of_dashboard(deployment):
    yield from check_expression('panel ' + title, expression)


def unknown_series_is_found(_):
  """An expression with a series or a label that is not there is complained of."""
  for expression in ('sum by (job) (rate(weir_messages_acked[5m])) > 0',
                     'weir_loop_busy_ratio{queue="0"}', 'sum by (queue) (weir_loop_tasks)',
                     'time()'):
    if not list(check_expression('here', expression)):
      yield f'nothing is said about "{expression}"'


def rules_are_right(deployment):
  """promtool takes the rules, and each alert is silent and fires as rules_test.yaml says."""
  folder = deployment.folder / 'prometheus'
  for command in (['check', 'rules', 'rules.yaml'], ['test', 'rules', 'rules_test.yaml']):
    succeeded, output = run(['promtool', *command], cwd=folder)
    if not succeeded:
      yield f'promtool {" ".join(command)}:\n{output}'


def alerts_are_tested(deployment):
  """Each alert is expected to fire in one test of promtool, and to be silent."""
  tested = deployment.yaml('prometheus/rules_test.yaml')['tests']
  for rule in rules(deployment):
    expected = [bool(one.get('exp_alerts')) for test in tested for one in test['alert_rule_test']
                if one['alertname'] == rule['alert']]
    if set(expected) != {True, False}:
      yield f'{rule["alert"]} is not tested both ways'


def alerts_have_runbooks(deployment):
  """Each alert says how urgent it is and leads to a heading of the operating guide."""
  guide = deployment.text('OPERATING.md')
  anchors = {re.sub(r'[^\w -]', '', title).strip().lower().replace(' ', '-')
             for title in re.findall(r'^#+ (.*)$', guide, re.MULTILINE)}
  named = set()
  for rule in rules(deployment):
    if rule['labels'].get('severity') not in SEVERITIES:
      yield f'{rule["alert"]} is neither of {SEVERITIES}'
    if not rule['annotations'].get('summary'):
      yield f'{rule["alert"]} has no summary'
    file, _, anchor = rule['annotations'].get('runbook', '').partition('#')
    named.add(anchor)
    if file != 'OPERATING.md' or anchor not in anchors or anchor != rule['alert'].lower():
      yield f'the runbook of {rule["alert"]} leads nowhere'
  advice = guide.partition('## Alerts')[2].partition('\n## ')[0]
  for title in re.findall(r'^### (\w+)$', advice, re.MULTILINE):
    if title.lower() not in named:
      yield f'the guide has advice for {title}, which is no alert'


def dashboard_is_written(deployment):
  """dashboard.json is what dashboard.py writes."""
  with tempfile.TemporaryDirectory() as directory:
    copy = pathlib.Path(directory, 'dashboard.py')
    copy.write_text(deployment.text('grafana/dashboard.py'), encoding='utf-8')
    succeeded, output = run([sys.executable, copy])
    if not succeeded:
      yield output
    elif copy.with_suffix('.json').read_text(encoding='utf-8') != deployment.text(
        'grafana/dashboard.json'):
      yield 'run grafana/dashboard.py'


def dashboard_is_right(deployment):
  """Panels have numbers of their own and overlap nowhere; their expressions are PromQL."""
  dashboard = json.loads(deployment.text('grafana/dashboard.json'))
  taken = set()
  numbers = [panel['id'] for panel in dashboard['panels']]
  if len(numbers) != len(set(numbers)):
    yield 'two panels have the same number'
  for panel in dashboard['panels']:
    place = panel['gridPos']
    cells = {(x, y) for x in range(place['x'], place['x'] + place['w'])
             for y in range(place['y'], place['y'] + place['h'])}
    if cells & taken or place['x'] + place['w'] > 24:
      yield f'{panel["title"]} lies on another panel'
    taken |= cells
  lines = ['groups: [{name: panels, rules: [']
  for number, (_, expression) in enumerate(expressions_of_dashboard(deployment)):
    plain = expression.replace('$__rate_interval', '5m')
    lines.append(f'{{record: "panel:{number}", expr: {json.dumps(plain)}}},')
  with tempfile.TemporaryDirectory() as directory:
    path = pathlib.Path(directory, 'panels.yaml')
    path.write_text('\n'.join([*lines, ']}]']), encoding='utf-8')
    succeeded, output = run(['promtool', 'check', 'rules', path])
    if not succeeded:
      yield output


def scrape_is_configured(deployment):
  """Prometheus scrapes the service under its name, and loads the rules."""
  settings = deployment.yaml('prometheus/prometheus.yaml')
  jobs = {one['job_name']: one for one in settings['scrape_configs']}
  if list(jobs) != [deployment.service]:
    yield f'the jobs are {list(jobs)}, not {deployment.service} alone'
  for rule in rules(deployment):
    for job in re.findall(r'job="([^"]*)"', rule['expr']):
      if job not in jobs:
        yield f'{rule["alert"]} is about the job {job}, which nobody scrapes'
  with tempfile.TemporaryDirectory() as directory:
    rules_file = pathlib.Path(directory, 'rules.yaml')
    rules_file.write_text(deployment.text('prometheus/rules.yaml'), encoding='utf-8')
    path = pathlib.Path(directory, 'prometheus.yaml')
    path.write_text(deployment.text('prometheus/prometheus.yaml').replace(
      '/etc/prometheus/rules.yaml', str(rules_file)), encoding='utf-8')
    succeeded, output = run(['promtool', 'check', 'config', path])
    if not succeeded:
      yield output


CHECKS = [expressions_are_known, unknown_series_is_found, rules_are_right, alerts_are_tested,
          alerts_have_runbooks, dashboard_is_written, dashboard_is_right, scrape_is_configured]
