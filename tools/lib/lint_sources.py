# SPDX-License-Identifier: Apache-2.0
"""Checks of single source files: shape, words, and forms of code that are forbidden."""

import ast
import re
import shutil
import subprocess

from cpp_text import blank_comments_and_strings, long_functions
from tree import CPP, ROOT

MAX_COLUMNS = 100
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70

SOURCES = CPP + ('.py', '.sh', '.go', '.rs', '.sql', '.ini', 'meson.build',
                 'meson_options.txt')

# In pieces, so that this file does not contain them.
FORBIDDEN_WORDS = {
  r'\bTO' r'DO\b': 'finish it, or open an issue',
  r'\bFIX' r'ME\b': 'fix it, or open an issue',
  r'\bX' r'XX\b': 'say what is meant',
  r'\bst' r'ubs?\b': 'everything in this project is real',
}
FORBIDDEN_PLACES = {
  r'(?<![\w.}>$])/(wo' r'rk|ro' r'ot|ho' r'me)/': 'a path of one machine; make it relative',
  r'(deb\.deb' r'ian\.org|py' r'pi\.org|cra' r'tes\.io|proxy\.gol' r'ang\.org|registry\.np'
  r'mjs\.org|repo\.ma' r'ven|wrap' r'db\.mesonbuild\.com)': 'a package registry; name the package',
}


def is_source(file):
  return file.has_type(*SOURCES) or file.text.startswith('#!')


def licence(files):
  """The first line (the second after `#!`) names the licence."""
  for file in filter(is_source, files):
    first = file.lines[1 if file.text.startswith('#!') else 0] if file.lines else ''
    if not re.match(r'(//|#|--) SPDX-License-Identifier: Apache-2\.0$', first):
      yield file.complain(1, 'the first line must be "// SPDX-License-Identifier: Apache-2.0"')


def columns(files):
  """No line of source is wider than 100 columns."""
  for file in filter(is_source, files):
    for number, line in enumerate(file.lines, 1):
      if len(line) > MAX_COLUMNS:
        yield file.complain(number, f'{len(line)} columns; at most {MAX_COLUMNS}')


def white_space(files):
  """No tabs, no white space at the end of a line, a line end at the end of the file."""
  for file in files:
    if not is_source(file) or file.has_type('.go'):  # gofmt decides there
      continue
    for number, line in enumerate(file.lines, 1):
      if '\t' in line:
        yield file.complain(number, 'a tab; indent with two spaces')
      if line != line.rstrip():
        yield file.complain(number, 'white space at the end of the line')
    if not file.text.endswith('\n'):
      yield file.complain(len(file.lines), 'the last line has no end')


def file_length(files):
  """No source file is longer than 500 lines."""
  for file in filter(is_source, files):
    if len(file.lines) > MAX_FILE_LINES:
      yield file.complain(MAX_FILE_LINES, f'{len(file.lines)} lines; split it by idea')


def function_length(files):
  """No function is longer than 70 lines."""
  for file in files:
    if file.has_type(*CPP):
      found = long_functions(file.text, MAX_FUNCTION_LINES)
    elif file.has_type('.py'):
      found = [(node.lineno, node.end_lineno - node.lineno + 1)
               for node in ast.walk(ast.parse(file.text)) if isinstance(node, ast.FunctionDef)
               and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES]
    else:
      continue
    for number, length in found:
      yield file.complain(number, f'a function of {length} lines; at most {MAX_FUNCTION_LINES}')


def forbidden_words(files):
  """Nothing is left open, and nothing names one machine or a package registry."""
  rules = {**FORBIDDEN_WORDS, **FORBIDDEN_PLACES}
  for file in files:
    if file.path == 'LICENSE':
      continue
    for pattern, remedy in rules.items():
      if pattern in FORBIDDEN_PLACES and file.has_type('.wrap'):
        continue  # Meson needs the address there
      for number, line in enumerate(file.lines, 1):
        if re.search(pattern, line):
          yield file.complain(number, f'"{re.search(pattern, line).group()}": {remedy}')


def include_guard(files):
  """Every header says #pragma once."""
  for file in files:
    if file.has_type('.hpp') and '#pragma once' not in file.lines:
      yield file.complain(1, 'no "#pragma once"')


def await_forms(files):
  """No form of co_await that some compiler gets wrong."""
  forms = {
    r'\bauto\s*&{0,2}\s*\[[^\]]*\]\s*[={(]\s*co_await\b':
      'a structured binding of co_await leaks on g++ 15; name the result first',
    r'\?[^;{}?]*\bco_await\b[^;{}]*:|\bco_await\b[^;{}?]*\?[^;{}]*:':
      'co_await in ?: is destroyed twice by g++ 12; write if and else',
  }
  for file in files:
    if not file.has_type(*CPP) or file.path.startswith('tools/canary/'):
      continue
    code = blank_comments_and_strings(file.text)
    for form, remedy in forms.items():
      for match in re.finditer(form, code):
        yield file.complain(code.count('\n', 0, match.start()) + 1, remedy)


def sleeping_tests(files):
  """No test sleeps in order to wait for something."""
  for file in files:
    if not file.path.startswith('tests/') or not file.has_type(*CPP):
      continue
    code = blank_comments_and_strings(file.text)
    for match in re.finditer(r'\b(std::this_thread::sleep_\w+|sleep_for|usleep|nanosleep)\b', code):
      yield file.complain(code.count('\n', 0, match.start()) + 1,
                          f'{match.group()} in a test; await what must happen')


def package_lists(files):
  """A list of packages holds each once, as `package: why`, without a quote that would end it."""
  for file in files:
    if not file.has_type('.sh'):
      continue
    named = None  # In the list that is being read; none outside of one.
    for number, line in enumerate(file.lines, 1):
      if re.fullmatch(r"\w+_packages='", line):
        named = set()
      elif line == "'":
        named = None
      elif named is not None:
        package = line.partition(':')[0]
        if not re.fullmatch(r"[a-z0-9.+-]+: [^']+", line) or package in named:
          yield file.complain(number, 'not a line of the form "package: why", or a second one')
        named.add(package)


def formatted(files):
  """The source has the form that clang-format-19 gives it."""
  program = shutil.which('clang-format-19')
  paths = [file.path for file in files if file.has_type(*CPP)]
  if not program or not paths:  # other versions format otherwise
    return
  done = subprocess.run([program, '--dry-run', '-Werror', *paths], cwd=ROOT, text=True,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
  crooked = dict.fromkeys(re.findall(r'^(.*?):\d+:\d+: error', done.stdout, re.MULTILINE))
  for path in crooked:
    yield f'{path}: run clang-format-19 -i {path}'
  if done.returncode != 0 and not crooked:
    yield done.stdout


RULES = [licence, columns, white_space, file_length, function_length, forbidden_words,
         include_guard, await_forms, sleeping_tests, package_lists, formatted]
