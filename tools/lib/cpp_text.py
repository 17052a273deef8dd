# SPDX-License-Identifier: Apache-2.0
"""C++ source as text: enough of its grammar for the checks of tools/lint."""

import re

_SKIPPED = re.compile(
  r'//[^\n]*'
  r'|/\*.*?\*/'
  r'|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'
  r'|"(?:\\.|[^"\\\n])*"'
  r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def blank_comments_and_strings(text):
  """The same text with comments and literals as spaces; line numbers stay."""
  return _SKIPPED.sub(lambda match: re.sub(r'[^\n]', ' ', match.group()), text)


_SCOPE = re.compile(r'\b(namespace|class|struct|union|enum|extern|TEST_SUITE\w*)\b')


def long_functions(text, limit):
  """(line, length) of each function body at namespace or class level over `limit` lines.

  A brace whose statement starts a namespace, a class or a test suite opens a scope; any other
  brace inside scopes only, after a `)`, opens a function.
  """
  code = re.sub(r'^[ \t]*#.*(\\\n.*)*', lambda match: re.sub(r'[^\n]', ' ', match.group()),
                blank_comments_and_strings(text), flags=re.MULTILINE)
  found = []
  stack = []  # for each open brace: ('scope' | 'function' | 'inner', line)
  statement_start = 0
  for match in re.finditer(r'[{};]', code):
    line = code.count('\n', 0, match.start()) + 1
    if match.group() == '{':
      statement = code[statement_start:match.start()]
      in_scope = all(kind == 'scope' for kind, _ in stack)
      head = re.sub(r'<[^<>]*>', '', statement)
      is_scope = _SCOPE.search(head.split('(')[0]) and '=' not in head
      if in_scope and is_scope:
        stack.append(('scope', line))
      elif in_scope and '(' in statement:
        stack.append(('function', line - statement.strip().count('\n')))
      else:
        stack.append(('inner', line))
    elif match.group() == '}' and stack:
      kind, start = stack.pop()
      if kind == 'function' and line - start + 1 > limit:
        found.append((start, line - start + 1))
    statement_start = match.end()
  return found
