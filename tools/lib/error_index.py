# SPDX-License-Identifier: Apache-2.0
"""docs/errors.md, made from the sources: what an error, a code or an exit means, and what to do.

Nothing stands in it that the sources do not say. What has no comment, or one that lacks a part, is
an Undocumented that names the place.
"""

import re
import textwrap

PATH = 'docs/errors.md'
COMMAND = 'tools/error-index'
WIDTH = 130

ERROR_HEADER = 'runtime/include/weir/error.hpp'
ERROR_SOURCE = 'runtime/src/error.cpp'
POSTGRES_HEADER = 'sdk/include/weir/postgres/error.hpp'
POSTGRES_SOURCE = 'sdk/postgres/error.cpp'
OUTAGE_SOURCE = 'sdk/service/settlement.cpp'
ANSWER_SOURCE = 'sdk/nats/service_error.cpp'
API_SOURCE = 'sdk/nats/api.cpp'
PULL_SOURCE = 'sdk/nats/pull_status.cpp'
PULL_HEADER = 'sdk/nats/pull_status.hpp'
FETCHED_HEADER = 'sdk/include/weir/nats/fetched.hpp'
SERVICE_EXITS = ['sdk/service/command_line.cpp', 'sdk/service/probe.cpp']
COMMAND_EXITS = ['tools/weir/exit_code.hpp']
# Which header says what a connection or a consumer tells while it goes on.
EVENT_HEADERS = {'A connection to NATS': 'sdk/include/weir/nats/connection_event.hpp',
                 'A consumer of NATS': 'sdk/include/weir/nats/pull_event.hpp'}

# The order of the groups of messages of the compiler, and which headers are in them.
COMPILE_GROUPS = [('Handlers and services', 'sdk/include/weir/service/'),
                  ('Events', 'sdk/include/weir/event/'),
                  ('PostgreSQL', 'sdk/include/weir/postgres/'),
                  ('Settings', 'sdk/include/weir/config/'),
                  ('Resilience', 'sdk/include/weir/resilience/'),
                  ('Logs', 'sdk/include/weir/observe/'),
                  ('Tasks', 'runtime/include/weir/')]


# The comment above, the name, and the comment behind.
ENUMERATOR = re.compile(r'((?:^ *///[^<\n][^\n]*\n)*)'
                        r'^ *(\w+)(?: = \w+)?,?(?: *(///<[^\n]*(?:\n *///[^\n]*)*))?$',
                        re.MULTILINE)


class Undocumented(Exception):
  """A part of the index that the sources do not say."""


def said(comment, where, *marks):
  """The parts of a comment: its beginning, and what stands behind each mark ("Remedy:")."""
  lines = comment.strip().splitlines()
  text = ' '.join(re.sub(r'^\s*///<?\s?', '', line) for line in lines).strip()
  parts = []
  for mark in marks:
    text, found, rest = text.partition(mark)
    if not found or not rest.strip():
      raise Undocumented(f'{where}: its comment has no "{mark}"')
    parts.append(text.strip())
    text = rest
  if not text.strip() or not all(parts or ['x']):
    raise Undocumented(f'{where}: it has no comment')
  return [capital(part) for part in (*parts, text.strip())]


def capital(text):
  text = re.sub(r'^[a-z]', lambda first: first.group().upper(), text)
  return text if text.endswith(('.', '?')) else text + '.'


def row(*cells):
  return '| ' + ' | '.join(cell.replace('|', '\\|') for cell in cells) + ' |'


def plain(text):
  """Text of a program, which Markdown must not read as its own."""
  return re.sub(r'[<*]', r'\\\g<0>', text)


def paragraph(text):
  return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def table(*header):
  return [row(*header), '|' + '---|' * len(header)]


def enumerators(text, name, where):
  """(enumerator, comment) of an enum: `/// above` or `///< behind`, over several lines."""
  body = re.search(r'enum class ' + name + r'\b[^{;]*\{(.*?)\n *\};', text, re.DOTALL)
  if body is None:
    raise Undocumented(f'{where}: there is no enum class {name}')
  found = ENUMERATOR.findall(body.group(1))
  code = re.sub(r'//.*', '', body.group(1))
  if not found or [name for _, name, _ in found] != re.findall(r'^ *(\w+)', code, re.MULTILINE):
    raise Undocumented(f'{where}: an enumerator of {name} has no comment, or no line of its own')
  return [(enumerator, behind or above) for above, enumerator, behind in found]


def one_match(pattern, text, where):
  match = re.search(pattern, text, re.DOTALL)
  if match is None:
    raise Undocumented(f'{where}: nothing fits {pattern!r}')
  return match


def codes(sources):
  """Each code of weir::errc, with the dispositions that the sources throw it with."""
  words = dict(re.findall(r'case errc::(\w+):\s*return "([^"]+)"', sources[ERROR_SOURCE]))
  answers = dict(re.findall(r'failure\.is\(errc::(\w+)\)\) return (\d+)', sources[ANSWER_SOURCE]))
  for both, answer in re.findall(r'is\(errc::(\w+)\) \|\| failure\.is\(errc::\w+\)\) return (\d+)',
                                 sources[ANSWER_SOURCE]):
    answers[both] = answer
  other = one_match(r'return (\d+);\s*\};', sources[ANSWER_SOURCE], ANSWER_SOURCE).group(1)
  yield from table('number', 'code', 'means', 'what to do', 'thrown by weir as', 'answer')
  for number, (name, comment) in enumerate(enumerators(sources[ERROR_HEADER], 'errc',
                                                       ERROR_HEADER), 1):
    meaning, remedy = said(comment, f'{ERROR_HEADER}: errc::{name}', 'Remedy:')
    if name not in words:
      raise Undocumented(f'{ERROR_SOURCE}: errc::{name} has no text')
    answer = '503' if name == 'cancelled' else answers.get(name, other)
    yield row(f'`weir:{number}`', f'`{name}`', meaning, remedy,
              ', '.join(dispositions_of(name, sources)), answer)


def dispositions_of(code, sources):
  """How weir's own sources throw the code."""
  thrown = re.compile(r'errc::' + code + r',\s*(?:weir::)?disposition::(\w+)')
  found = {name for path, text in sources.items() if path.startswith(('runtime/', 'sdk/'))
           for name in thrown.findall(text)}
  return sorted(found) or ['-']


def dispositions(sources):
  yield from table('disposition', 'means')
  for name, comment in enumerators(sources[ERROR_HEADER], 'disposition', ERROR_HEADER):
    yield row(f'`{name}`', *said(comment, f'{ERROR_HEADER}: disposition::{name}'))


def system_errors(sources):
  permanent = re.findall(r'case (E[A-Z]+):', sources[ERROR_SOURCE])
  if not permanent:
    raise Undocumented(f'{ERROR_SOURCE}: no errno is permanent')
  yield from paragraph('An error of the system has its `errno` as its code, and begins with what '
                       'was tried. These are permanent: '
                       + ', '.join(f'`{name}`' for name in permanent)
                       + '. `ECANCELED` is a cancellation, all others are to be tried again.')


def sqlstates(sources):
  text = sources[POSTGRES_SOURCE]
  listed = one_match(r'passing_states\{(.*?)\n\};', text, POSTGRES_SOURCE).group(1)
  count = int(one_match(r'array<std::string_view, (\d+)> passing_states', text,
                        POSTGRES_SOURCE).group(1))
  found = re.findall(r'((?:^ *///[^\n]*\n)*)^ *"(\w+)",', listed, re.MULTILINE)
  if len(found) != count:
    raise Undocumented(f'{POSTGRES_SOURCE}: {len(found)} of the {count} passing states are read')
  yield from table('SQLSTATE', 'means', 'what to do')
  for comment, state in found:
    name = f'`{state}`' if len(state) == 5 else f'class `{state}`'
    yield row(name, *said(comment, f'{POSTGRES_SOURCE}: {state}', 'Remedy:'))
  outages = re.findall(r'state(?:\.starts_with\(| == )"(\w+)"', sources[OUTAGE_SOURCE])
  if not outages:
    raise Undocumented(f'{OUTAGE_SOURCE}: no state is an outage')
  yield ''
  yield from paragraph('All others are permanent. A service takes '
         + ', '.join(f'`{state}{"" if len(state) == 5 else "..."}`' for state in outages)
         + ' and `unavailable` for an outage: the message waits, and no attempt is counted.')
  yield ''
  yield from table('effect', 'means')
  for name, comment in enumerators(sources[POSTGRES_HEADER], 'effect', POSTGRES_HEADER):
    yield row(f'`{name}`', *said(comment, f'{POSTGRES_HEADER}: effect::{name}'))


def jetstream_codes(sources):
  found = {}
  for path, text in sources.items():
    if path.startswith('sdk/nats/') and '/model/' not in path:
      for comment, name, code in re.findall(
          r'((?:^ *///[^\n]*\n)*)^ *constexpr std::int64_t (\w+) = (1\d{4});', text, re.MULTILINE):
        found[code] = (name, said(comment, f'{path}: {name}', 'Becomes:', 'Remedy:'))
  if not found:
    raise Undocumented('sdk/nats: no error of JetStream is known')
  yield from table('error', 'means', 'becomes', 'what to do')
  for code, (_, parts) in sorted(found.items()):
    yield row(code, *parts)
  yield ''
  others = re.findall(r'answered\.code == (\d+)\) return \{errc::(\w+), disposition::(\w+)',
                      sources[API_SOURCE])
  last = one_match(r'\n  return \{errc::(\w+), disposition::(\w+), text', sources[API_SOURCE],
                   API_SOURCE)
  yield from paragraph('Any other answer of the API to a request about streams and consumers is '
                       'judged by its HTTP code: '
                       + ', '.join(f'{code} is `{name}` ({disposition})'
                                   for code, name, disposition in others)
                       + f', any other `{last.group(1)}` ({last.group(2)}).')


def pull_statuses(sources):
  ends = dict(enumerators(sources[FETCHED_HEADER], 'fetch_end', FETCHED_HEADER))
  actions = dict(enumerators(sources[PULL_HEADER], 'status_action', PULL_HEADER))
  yield from table('status', 'a fetch ends as', 'to a consumer that goes on')
  rules = re.findall(r'status_rule\{(\d+), "([^"]*)", (\w+), (\w+)\}', sources[PULL_SOURCE])
  if not rules:
    raise Undocumented(f'{PULL_SOURCE}: no rule is found')
  for code, text, end, action in rules:
    if code == '100':
      continue  # A sign of life ends nothing.
    end_said = said(ends[end], f'{FETCHED_HEADER}: {end}')[0]
    action_said = said(actions[action], f'{PULL_HEADER}: {action}')[0]
    yield row(f'{code} {text}'.strip(), f'`{end}`: {end_said}', action_said)


def events(sources):
  yield from table('who', 'event', 'means')
  for who, path in EVENT_HEADERS.items():
    for name, comment in enumerators(sources[path], 'kind', path):
      yield row(who, f'`{name}`', *said(comment, f'{path}: {name}'))


def exits(sources, paths):
  yield from table('code', 'means')
  found = []
  for path in paths:
    for above, name, code, behind in re.findall(
        r'((?:^///[^<\n][^\n]*\n)*)^(?:inline )?constexpr int (exit_\w+) = (\d+);(?: *(///<.*))?$',
        sources[path], re.MULTILINE):
      found.append((int(code), said(behind or above, f'{path}: {name}')[0]))
  if not found:
    raise Undocumented(f'{paths}: no exit code is found')
  for code, meaning in sorted(found, key=lambda one: one[0]):
    yield row(str(code), meaning)


def asserted(text):
  """The messages of the static_asserts of a header."""
  for start in re.finditer(r'static_assert\(', text):
    depth, at, in_text = 1, start.end(), False
    while depth > 0:
      char = text[at]
      if char == '\\' and in_text:
        at += 1
      elif char == '"':
        in_text = not in_text
      elif not in_text:
        depth += (char == '(') - (char == ')')
      at += 1
    message = re.search(r'((?:"(?:[^"\\]|\\.)*"\s*)+)\)$', text[start.end():at])
    if message:
      yield ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', message.group(1))).replace('\\\\', '\\')


def examples(sources):
  """(expected text, path) of each program that must not compile."""
  for path, text in sources.items():
    if path.startswith('tests/compile_fail/') and path.endswith('.cpp'):
      expected = re.match(r'[^\n]*\n// error: (.*)\n', text)
      if expected:
        yield expected.group(1), path


def compile_errors(sources):
  shown = list(examples(sources))
  for title, folder in COMPILE_GROUPS:
    messages = {}
    for path, text in sources.items():
      if path.startswith(folder) and path.endswith('.hpp'):
        for message in asserted(text):
          messages.setdefault(message, path)
    if not messages:
      raise Undocumented(f'{folder}: no message of the compiler is found')
    yield f'### {title}'
    yield ''
    yield from table('the compiler says', 'for instance')
    for message, path in messages.items():
      example = next((f'[{where.rsplit("/", 1)[1]}](../{where})' for expected, where in shown
                      if expected in message), f'[{path.rsplit("/", 1)[1]}](../{path})')
      yield row(plain(message.removeprefix('weir: ')), example)
    yield ''


def text_of(sources):
  """The whole document."""
  lines = [
    '# Errors',
    '',
    f'<!-- Made by {COMMAND} from the comments in the sources: change those, and run it. -->',
    *paragraph('What the codes mean that weir throws, logs, puts into dead letters and ends with, '
               'and what to do. An error has a code, a disposition and a text; the text says what '
               'failed, with which argument, the likely cause, and the remedy. What a service does '
               'after an error: [sdk/README.md](../sdk/README.md#when-it-fails).'),
    '',
    '## Dispositions',
    'What who receives an error should do about it; in a dead letter it is `Weir-Disposition`.',
    '', *dispositions(sources),
    '',
    '## Codes of weir',
    *paragraph('`weir::errc`; `Weir-Error-Code` of a dead letter has the number. "Answer" is the '
               'code that a responder gives who asked, when its handler throws that.'),
    '', *codes(sources),
    '',
    '## Errors of the system',
    *system_errors(sources),
    '',
    '## PostgreSQL',
    *paragraph('The text names the SQLSTATE; `Weir-Error-Code` of a dead letter is '
               '`postgresql:23505` and the like. These are to be tried again:'),
    '', *sqlstates(sources),
    '',
    '## JetStream',
    *paragraph('The errors of the server that weir knows by their number; the text has them as '
               '"(code 400, error 10071)".'),
    '', *jetstream_codes(sources),
    '',
    '### What ends a pull',
    *paragraph('The statuses that a server sends about a pull. One that is not in the table ends '
               'it as `refused`, and it is made again later.'),
    '', *pull_statuses(sources),
    '',
    '### What is told meanwhile',
    *paragraph('Events of a connection (`on_event`, `events()`) and of a pull source '
               '(`pull_options::on_event`).'),
    '', *events(sources),
    '',
    '## Exit codes',
    '### Of a service',
    '', *exits(sources, SERVICE_EXITS),
    '',
    'A signal that is not caught, as of a failed assertion (SIGABRT), ends it by that signal.',
    '',
    '### Of the command weir',
    '', *exits(sources, COMMAND_EXITS),
    '',
    '## What the compiler says',
    *paragraph('Mistakes that are found when a program is compiled, each with a program that makes '
               'it or the header that finds it.'),
    '', *compile_errors(sources),
  ]
  return '\n'.join(lines).rstrip('\n') + '\n'
