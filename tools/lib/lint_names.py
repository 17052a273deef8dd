# SPDX-License-Identifier: Apache-2.0
"""Checks that what documents name is there: metrics, tables, settings, commands, pages, alerts.

Names count where they stand as code: between backticks, or in a fenced block without C++.
"""

import re

SETTINGS = 'sdk/include/weir/config/'
# The section of each struct of settings; those of `nats.tls` are in the struct of that name.
SECTIONS = {'nats': ('nats', 'nats_settings'), 'nats.tls': ('nats', 'nats_tls_settings'),
            'postgres': ('postgres', 'postgres_settings'),
            'service': ('process', 'process_settings'), 'log': ('log', 'log_settings'),
            'trace': ('trace', 'trace_settings'), 'admin': ('admin', 'admin_settings')}
# Beside a field of this type a setting with this ending names a file.
SECRET, OF_A_FILE = 'secret<', '_file'
COMMANDS = 'tools/weir/'
SERVICE_FLAGS = 'sdk/service/command_line.cpp'
PAGES = ('sdk/observe/admin.cpp', 'sdk/service/admin.cpp')
GUIDE = 'services/order-processor/deploy/OPERATING.md'
ALERTS = 'services/order-processor/deploy/prometheus/rules.yaml'
# One names what was, the others suites of tests.
LEFT_OUT = ('CHANGELOG.md', 'CONTRIBUTING.md', 'tests/')

FIELD = re.compile(r'^  ([\w:<>, ]+?) (\w+) = [^;]+;', re.MULTILINE)
SUBCOMMAND = re.compile(r'add_subcommand\(\s*"(\w+)"')
OPTION = re.compile(r'(?:add_option|add_flag|add_option_function<[\w:]+>|add_age_option)\('
                    r'(?:\w+, )?\s*"([^"]+)"')
PAGE = re.compile(r'^(?:curl .*:\d+)?(/(?:[a-z]+z|ready|metrics|drain|loglevel|debug/\w+))'
                  r'(?=$|[?` ])')


def code_of(file):
  """(line number, text) of what stands as code in a document; not its C++ and Rust."""
  language = None
  for number, line in enumerate(file.lines, 1):
    fence = re.match(r'^\s*(?:```|~~~)\s*(\S*)', line)
    if fence:
      language = None if language is not None else fence.group(1)
    elif language is None:
      for text in re.findall(r'`([^`]+)`', line):
        yield number, text
    elif language in ('', 'sh'):
      yield number, line


def documents(files):
  return [file for file in files
          if file.has_type('.md') and not file.path.startswith(LEFT_OUT)]


def settings(texts):
  """All settings of weir, as "nats.url"."""
  found = set()
  for section, (header, struct) in SECTIONS.items():
    body = texts[f'{SETTINGS}{header}_settings.hpp'].partition(f'struct {struct} {{')[2]
    for kind, name in FIELD.findall(body.partition('\n};')[0]):
      found.add(f'{section}.{name}')
      if kind.startswith(SECRET):
        found.add(f'{section}.{name}{OF_A_FILE}')
  return found


def commands(texts):
  """Each command of weir with its subcommands, and all options that there are."""
  names, options = set(), {'--help', '--version'}
  for path, text in texts.items():
    if path.startswith(COMMANDS) and path.endswith('.cpp'):
      names |= set(SUBCOMMAND.findall(text))
      options |= {one for listed in OPTION.findall(text) for one in listed.split(',')}
  return names, options


def settings_exist(files):
  """Every setting that a document names is one."""
  texts = {file.path: file.text for file in files}
  known = settings(texts)
  for file in documents(files):
    for number, text in code_of(file):
      for name in re.findall(r'(?<![\w./$-])((?:nats|postgres|service|log|trace|admin)\.[a-z_.]+)',
                             text):
        if name not in known and name not in SECTIONS and not name.endswith(('.cpp', '.hpp')):
          yield file.complain(number, f'there is no setting "{name}"')


def metrics_exist(files):
  """Every metric, table and bucket that a document names is in the SDK or in a program."""
  sources = '\n'.join(file.text for file in files if file.has_type('.cpp', '.hpp')
                      and file.path.startswith(('sdk/', 'services/', 'tests/unit/', 'tools/')))
  known = set(re.findall(r'\w+', sources))
  for file in documents(files):
    for number, text in code_of(file):
      for name in re.findall(r'(?<![\w/.])((?:weir|process|order)_[a-z0-9_]*[a-z0-9])\b', text):
        if re.sub(r'_(bucket|count|sum)$', '', name) not in known and name not in known:
          yield file.complain(number, f'nothing is called "{name}"')


def commands_exist(files):
  """Every command of weir that a document names is one, with its options; flags of services too."""
  texts = {file.path: file.text for file in files}
  names, options = commands(texts)
  flags = set(re.findall(r'"(--[a-z-]+)', texts[SERVICE_FLAGS])) | {'--help', '--version'}
  for file in documents(files):
    for number, text in code_of(file):
      text = text.partition(' # ')[0]
      command = re.match(r'\s*(?:\$ )?weir ((?:[a-z]+ ?)+)', text)
      if command:
        words = command.group(1).split()[:2]
        # The second word may be an argument.
        if words[0] not in names:
          yield file.complain(number, f'weir has no command "{words[0]}"')
        groups = ('dlq', 'stream', 'consumer')
        if words[0] in groups and len(words) > 1 and words[1] not in names:
          yield file.complain(number, f'weir {words[0]} has no command "{words[1]}"')
      known = options if command else None
      if re.match(r'\s*(?:\$ [A-Z].*)?\S*(order-processor|quotes|hello|@name@) --', text):
        known = flags
      for option in re.findall(r'(?<!\S)(--[a-z-]+)', text) if known else []:
        if option not in known:
          yield file.complain(number, f'"{text.strip()}": there is no {option}')


def pages_exist(files):
  """Every page of a service that a document names is served."""
  texts = {file.path: file.text for file in files}
  known = set(re.findall(r'"(/[a-z/]+)"', '\n'.join(texts[path] for path in PAGES)))
  for file in documents(files):
    for number, text in code_of(file):
      for page in PAGE.findall(text):
        if page not in known:
          yield file.complain(number, f'there is no page {page}')


def alerts_have_advice(files):
  """The operating guide has a section for each alert, which says when it is over; and no other."""
  texts = {file.path: file for file in files}
  alerts = re.findall(r'- alert: (\w+)', texts[ALERTS].text)
  guide = texts[GUIDE]
  advice = guide.text.partition('\n## Alerts\n')[2].partition('\n## ')[0]
  sections = dict(re.findall(r'^### (\w+)\n(.*?)(?=^### |\Z)', advice, re.MULTILINE | re.DOTALL))
  for alert in alerts:
    if '\n**Over** ' not in sections.get(alert, ''):
      yield guide.complain(1, f'the alert {alert} has no section that says when it is **Over**')
  for title in sections:
    if title not in alerts:
      yield guide.complain(1, f'there is no alert {title}')


def unknown_names_are_found(files):
  """A document with a name of each kind that is not there is complained of."""
  kept = [file for file in files if not file.has_type('.md')]
  for rule, text in ((settings_exist, '`nats.uri`'), (metrics_exist, '`weir_messages_lost_total`'),
                     (commands_exist, '`weir cluster list`'),
                     (commands_exist, '`weir dlq resend`'), (commands_exist, '`weir top --evry 2`'),
                     (commands_exist, '`order-processor --printconfig`'),
                     (pages_exist, '`/aliez`')):
    wrong = type(files[0])('wrong.md', text)
    if not list(rule([*kept, wrong])):
      yield f'{rule.__name__} says nothing about {text}'


RULES = [settings_exist, metrics_exist, commands_exist, pages_exist, alerts_have_advice,
         unknown_names_are_found]
