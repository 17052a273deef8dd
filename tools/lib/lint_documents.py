# SPDX-License-Identifier: Apache-2.0
"""Checks of the Markdown files: titles, links, named tests, and code quoted from compiled files.

A quotation is a fenced block after a comment that names its source; the block must occur in
that file, line for line:

    <!-- quoted: path/from/the/root.cpp -->
    ```cpp
    ...
    ```

A table whose last two columns are "suite" and "case" names tests, which must be there.
"""

import os
import re

import error_index

FENCE = re.compile(r'^\s*(```|~~~)')
TEST_SUITE = re.compile(r'^\s*TEST_SUITE(?:_BEGIN)?\("([^"]+)"\)', re.MULTILINE)
TEST_CASE = re.compile(r'^\s*TEST_CASE\(\s*"([^"]+)"', re.MULTILINE)
QUOTED = re.compile(r'^<!-- quoted: (\S+) -->$')


def prose(file):
  """(line number, line) outside fenced blocks."""
  fenced = False
  for number, line in enumerate(file.lines, 1):
    if FENCE.match(line):
      fenced = not fenced
    elif not fenced:
      yield number, line


def one_title(files):
  """Every document has exactly one title, and begins with it."""
  for file in files:
    if not file.has_type('.md'):
      continue
    titles = [number for number, line in prose(file) if re.match(r'# \S', line)]
    if titles != [1]:
      yield file.complain(titles[1] if len(titles) > 1 else 1,
                          'a document begins with its one title, "# ..."')


def anchors(file):
  """What links to the headings of a document end with, as GitHub makes it."""
  titles = (re.sub(r'^#+ ', '', line) for _, line in prose(file) if re.match(r'#+ ', line))
  return {re.sub(r'[^\w -]', '', title).strip().lower().replace(' ', '-') for title in titles}


def links(files):
  """Every relative link leads to a file, a folder or a heading of the project."""
  paths = {file.path: file for file in files}
  folders = {os.path.dirname(path) for path in paths}
  folders |= {parent for folder in folders for parent in parents(folder)}
  for file in files:
    if not file.has_type('.md'):
      continue
    for number, line in prose(file):
      for target in re.findall(r'\]\(([^)\s]+)\)', re.sub(r'`[^`]*`', '', line)):
        if re.match(r'[a-z]+:', target):
          continue
        name, _, anchor = target.partition('#')
        path = os.path.normpath(os.path.join(os.path.dirname(file.path), name))
        path = path if name else file.path
        is_heading = not anchor or path in paths and anchor in anchors(paths[path])
        if path not in paths and path not in folders or not is_heading:
          yield file.complain(number, f'the link "{target}" leads nowhere')


def parents(folder):
  while folder:
    folder = os.path.dirname(folder)
    yield folder or '.'


def quotations(files):
  """Code that a document quotes stands, line for line, in the file that it names."""
  texts = {file.path: file.text for file in files}
  for file in files:
    if not file.has_type('.md'):
      continue
    for number, line in enumerate(file.lines, 1):
      match = QUOTED.match(line)
      if not match:
        continue
      if match.group(1) not in texts:
        yield file.complain(number, f'there is no file "{match.group(1)}" to quote')
      elif not quotation_at(file.lines, number):
        yield file.complain(number, 'no fenced block follows')
      elif not stands_in(quotation_at(file.lines, number), texts[match.group(1)]):
        yield file.complain(number, f'the block is not what {match.group(1)} says')


def unquoted_code(files):
  """C++ code in a README is quoted from a compiled file, so that it cannot rot."""
  for file in files:
    if os.path.basename(file.path) != 'README.md':
      continue
    for number, line in enumerate(file.lines, 1):
      if re.match(r'```(cpp|c\+\+)$', line.strip()) and not (
          number >= 2 and QUOTED.match(file.lines[number - 2])):
        yield file.complain(number, 'C++ code without "<!-- quoted: file -->" on the line above')


def named_cases(files):
  """A test that a table names in its columns "suite" and "case" exists."""
  cases = {(suite, case) for file in files if file.has_type('.cpp')
           for suite in TEST_SUITE.findall(file.text) for case in TEST_CASE.findall(file.text)}
  for file in files:
    if not file.has_type('.md'):
      continue
    names_cases = False
    for number, line in prose(file):
      cells = [cell.strip().strip('`') for cell in line.strip().strip('|').split('|')]
      if not line.startswith('|'):
        names_cases = False
      elif cells[-2:] == ['suite', 'case']:
        names_cases = True
      elif names_cases and not line.startswith('|--') and tuple(cells[-2:]) not in cases:
        yield file.complain(number, f'there is no case "{cells[-1]}" in the suite {cells[-2]}')


def quotation_at(lines, marker_number):
  """The lines of the fenced block that follows the marker."""
  if marker_number >= len(lines) or not FENCE.match(lines[marker_number]):
    return []
  block = []
  for line in lines[marker_number + 1:]:
    if FENCE.match(line):
      return block
    block.append(line)
  return []


def stands_in(block, text):
  return '\n' + '\n'.join(block) + '\n' in '\n' + text


def errors_are_written(files):
  """docs/errors.md is what tools/error-index makes of the sources."""
  texts = {file.path: file.text for file in files}
  try:
    if error_index.text_of(texts) != texts.get(error_index.PATH):
      yield f'{error_index.PATH}: out of date: run {error_index.COMMAND}'
  except error_index.Undocumented as missing:
    yield str(missing)


def errors_need_comments(files):
  """The index of errors is refused where a comment or a part of it is missing."""
  texts = {file.path: file.text for file in files}
  for path, comment in ((error_index.ERROR_HEADER, '/// Remedy: make it'),
                        (error_index.ERROR_HEADER, '  ///< Somebody asked'),
                        (error_index.POSTGRES_SOURCE, '/// Remedy: give it more'),
                        ('sdk/nats/publish_answer.cpp', 'Becomes: `limit_exceeded`, permanent'),
                        ('sdk/service/probe.cpp', '/// With `--probe`: the service')):
    if comment not in texts[path]:
      yield f'{path}: has no "{comment}" to take away'
    try:
      error_index.text_of(texts | {path: texts[path].replace(comment, '//')})
      yield f'{path}: nothing is said when "{comment}" is missing'
    except error_index.Undocumented:
      pass


RULES = [one_title, links, quotations, unquoted_code, named_cases, errors_are_written,
         errors_need_comments]
