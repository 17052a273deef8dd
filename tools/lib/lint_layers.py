# SPDX-License-Identifier: Apache-2.0
"""Checks of what belongs together: layers, libraries, the lists in meson.build, examples."""

import os
import re

from tree import CPP

PUBLIC = ('runtime/include/', 'sdk/include/')
THIRD_PARTY = re.compile(
  r'^(liburing|nats|libpq|simdjson|spdlog/|fmt/|toml|CLI/|asio|doctest|openssl/|nlohmann/)')

# The one exception: headers that a user compiles with Asio, and nothing of weir's includes.
ASIO_HEADERS = ('runtime/include/weir/asio.hpp', 'runtime/include/weir/asio/')

# What a part of the SDK must not include. `service` may know them all.
FORBIDDEN_PARTS = {
  'event': {'nats', 'postgres', 'config', 'observe', 'resilience', 'service'},
  'config': {'event', 'nats', 'postgres', 'observe', 'resilience', 'service'},
  'nats': {'postgres', 'observe', 'resilience', 'service'},
  'postgres': {'nats', 'observe', 'resilience', 'service'},
  'observe': {'nats', 'postgres', 'resilience', 'service'},
  'resilience': {'event', 'nats', 'postgres', 'config', 'observe', 'service'},
}


def includes(file):
  """(line number, included path) of every #include."""
  for number, line in enumerate(file.lines, 1):
    match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
    if match:
      yield number, match.group(1)


def third_party_headers(files):
  """No third-party header in a public header."""
  for file in files:
    if not file.path.startswith(PUBLIC):
      continue
    for number, included in includes(file):
      if file.path.startswith(ASIO_HEADERS) and included.startswith('asio/'):
        continue
      if THIRD_PARTY.match(included):
        yield file.complain(number, f'<{included}> in a public header: keep it in a .cpp file')


def asio_stays_apart(files):
  """Neither weir's libraries nor their other headers include weir/asio.hpp."""
  for file in files:
    if not file.path.startswith(('runtime/', 'sdk/')) or file.path.startswith(ASIO_HEADERS):
      continue
    for number, included in includes(file) if file.has_type(*CPP) else ():
      if included.startswith(('weir/asio.hpp', 'weir/asio/')):
        yield file.complain(number, f'"{included}" is for users and tests: weir does without Asio')


def layers(files):
  """services -> sdk -> runtime, and never the other way round."""
  sdk_headers = {file.path[len('sdk/include/'):] for file in files
                 if file.path.startswith('sdk/include/')}
  for file in files:
    if not file.has_type(*CPP):
      continue
    for number, included in includes(file):
      if file.path.startswith('runtime/') and (included in sdk_headers or 'sdk/' in included):
        yield file.complain(number, f'the runtime must not know "{included}" of the SDK')
      if file.path.startswith(('runtime/', 'sdk/')) and 'services/' in included:
        yield file.complain(number, f'nothing includes a service: "{included}"')


def part_of(path):
  """The part of the SDK that a file or an included path belongs to, if any."""
  match = re.match(r'(?:sdk/(?:include/weir/)?|weir/|\.\./)(\w+)/', path)
  return match.group(1) if match and match.group(1) in (*FORBIDDEN_PARTS, 'service') else None


def sdk_parts(files):
  """The parts of the SDK know only the parts below them."""
  for file in files:
    part = part_of(file.path) if file.path.startswith('sdk/') else None
    for number, included in includes(file) if file.has_type(*CPP) else ():
      other = part_of(included)
      if other and other != part and other in FORBIDDEN_PARTS.get(part, ()):
        yield file.complain(number, f'sdk/{part} must not know sdk/{other} ("{included}")')


def meson_texts(files):
  return {os.path.dirname(file.path): file.text for file in files
          if os.path.basename(file.path) == 'meson.build'}


def named_in_meson(path, meson_files):
  """True if a meson.build in the file's folder, or one above, names it."""
  folder = os.path.dirname(path)
  while True:
    relative = os.path.relpath(path, folder or '.')
    if f"'{relative}'" in meson_files.get(folder, ''):
      return True
    if not folder:
      return False
    folder = os.path.dirname(folder)


def built_sources(files):
  """Every .cpp file is in a meson.build, and every public header is installed by one."""
  meson_files = meson_texts(files)
  for file in files:
    installed_by = file.path.split('/')[0] if file.path.startswith(PUBLIC) else None
    if installed_by and "install_subdir('include/weir'" in meson_files.get(installed_by, ''):
      continue
    if (file.has_type('.cpp') or installed_by) and not named_in_meson(file.path, meson_files):
      yield file.complain(1, 'no meson.build names this file')


def examples(files):
  """Every public header of the runtime has an example of its name, and no example outlives one."""
  headers = {}
  programs = {}
  for file in files:
    if match := re.fullmatch(r'runtime/include/(weir/\w+)\.hpp', file.path):
      headers[match.group(1) + '.hpp'] = file
    if match := re.fullmatch(r'tests/examples/runtime/(\w+)\.cpp', file.path):
      programs[f'weir/{match.group(1)}.hpp'] = file
  for header, file in headers.items():
    name = os.path.basename(header).removesuffix('.hpp')
    if header not in programs:
      yield file.complain(1, f'no example: write tests/examples/runtime/{name}.cpp')
  for header, file in programs.items():
    if header not in headers:
      yield file.complain(1, f'an example of "{header}", which is no public header')
    elif header not in {included for _, included in includes(file)}:
      yield file.complain(1, f'the example of "{header}" does not include it')


RULES = [third_party_headers, asio_stays_apart, layers, sdk_parts, built_sources, examples]
