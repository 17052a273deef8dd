# SPDX-License-Identifier: Apache-2.0
"""Each rule of tools/lint finds what it is for, and lets pass what is right."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../tools/lib'))

import journal
import lint_documents
import lint_layers
import lint_sources
from tree import File

LICENCE = '// SPDX-License-Identifier: Apache-2.0\n'


def long_function(lines, head='int f() {'):
  return LICENCE + 'namespace weir {\n' + head + '\n' + '  g();\n' * (lines - 2) + '}\n}\n'


# rule, (path, text) that it must refuse, (path, text) that it must accept
CASES = [
  (lint_sources.licence, ('a.cpp', 'int x;\n'), ('a.cpp', LICENCE)),
  (lint_sources.licence, ('tool', '#!/bin/sh\necho\n'),
   ('tool', '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n')),
  (lint_sources.columns, ('a.cpp', '//' + 'x' * 99 + '\n'), ('a.cpp', '//' + 'x' * 98 + '\n')),
  (lint_sources.white_space, ('a.cpp', '\tint x;\n'), ('a.go', '\tx := 1\n')),
  (lint_sources.white_space, ('a.cpp', 'int x; \n'), ('a.cpp', 'int x;\n')),
  (lint_sources.white_space, ('a.cpp', 'int x;'), ('a.cpp', 'int x;\n')),
  (lint_sources.file_length, ('a.hpp', '//\n' * 501), ('a.hpp', '//\n' * 500)),
  (lint_sources.function_length, ('a.cpp', long_function(71)), ('a.cpp', long_function(70))),
  (lint_sources.function_length, ('a.cpp', long_function(71, 'task<> c::f() const noexcept {')),
   ('a.cpp', long_function(90, 'struct many_members {'))),
  (lint_sources.function_length, ('a.cpp', long_function(71, 'TEST_CASE("x") {')),
   ('a.cpp', long_function(90, 'TEST_SUITE("x") {'))),
  (lint_sources.function_length, ('a.py', 'def f():\n' + '  g()\n' * 70),
   ('a.py', 'def f():\n' + '  g()\n' * 69)),
  (lint_sources.forbidden_words, ('a.cpp', '// TO' 'DO: later\n'), ('a.cpp', '// AUTODOC\n')),
  (lint_sources.forbidden_words, ('a.md', 'a st' 'ub\n'), ('a.md', 'stubborn\n')),
  (lint_sources.forbidden_words, ('a.md', 'see /ho' 'me/x\n'), ('a.md', 'see ~/x, a/home/b\n')),
  (lint_sources.include_guard, ('a.hpp', LICENCE), ('a.hpp', LICENCE + '#pragma once\n')),
  (lint_sources.await_forms, ('a.cpp', 'auto [a, b] = co_await f();\n'),
   ('a.cpp', 'auto both = co_await f();\nauto& [a, b] = both;\n')),
  (lint_sources.await_forms, ('a.cpp', 'x = ok ? co_await f() : 2;\n'),
   ('a.cpp', 'x = co_await f();\n// why? co_await is: good\n')),
  (lint_sources.package_lists, ('a.sh', "a_packages='\ncmake: a user's tool\n'\n"),
   ('a.sh', "a_packages='\ncmake: a tool\n'\n")),
  (lint_sources.package_lists, ('a.sh', "a_packages='\ncmake: one\ncmake: two\n'\n"),
   ('a.sh', "a_packages='\ncmake: one\nninja: two\n'\n")),
  (lint_sources.sleeping_tests, ('tests/a.cpp', 'std::this_thread::sleep' '_for(1s);\n'),
   ('tests/a.cpp', 'co_await weir::sleep(1s);  // not usleep\n')),
  (lint_layers.third_party_headers, ('sdk/include/weir/a.hpp', '#include <nats.h>\n'),
   ('sdk/nats/a.cpp', '#include <nats.h>\n')),
  (lint_layers.sdk_parts, ('sdk/nats/a.cpp', '#include "weir/postgres/pool.hpp"\n'),
   ('sdk/service/a.cpp', '#include "weir/postgres/pool.hpp"\n')),
  (lint_layers.sdk_parts, ('sdk/include/weir/event/a.hpp', '#include <weir/nats/message.hpp>\n'),
   ('sdk/include/weir/nats/a.hpp', '#include <weir/event/json.hpp>\n')),
  (lint_layers.layers, ('runtime/src/a.cpp', '#include "services/x/y.hpp"\n'),
   ('services/x/a.cpp', '#include "weir/loop.hpp"\n')),
  (lint_documents.one_title, ('a.md', '# One\n\n# Two\n'), ('a.md', '# One\n```sh\n# two\n```\n')),
  (lint_documents.one_title, ('a.md', 'no title\n'), ('a.md', '# One\n')),
  (lint_documents.links, ('a.md', '[x](missing.md)\n'),
   ('a.md', '# Part\n[x](a.md#part) [y](https://z)\n')),
  (lint_documents.links, ('a.md', '# Part\n[x](a.md#whole)\n'),
   ('a.md', '# Part\n[x](#part)\n')),
  (lint_documents.unquoted_code, ('README.md', '# A\n```cpp\nint x;\n```\n'),
   ('README.md', '# A\n<!-- quoted: a.cpp -->\n```cpp\nint x;\n```\n')),
]


def complaints(rule, file):
  return list(rule([File(*file)]))


def check_case(rule, refused, accepted):
  if not complaints(rule, refused):
    yield f'{rule.__name__} accepts {refused}'
  for complaint in complaints(rule, accepted):
    yield f'{rule.__name__} refuses {accepted}: {complaint}'


def check_named_cases():
  source = File('a.cpp', 'TEST_SUITE("a.b") {\n  TEST_CASE(\n      "it holds") {}\n}\n')
  head = '| what | suite | case |\n|---|---|---|\n'
  right = File('a.md', head + '| x | `a.b` | it holds |\n\n| x | a.b | no table of tests |\n')
  wrong_case = File('b.md', head + '| x | `a.b` | it does not |\n')
  wrong_suite = File('c.md', head + '| x | `a.c` | it holds |\n')
  found = [complaint.split(':')[0]
           for complaint in lint_documents.named_cases([source, right, wrong_case, wrong_suite])]
  if found != ['b.md', 'c.md']:
    yield f'expected complaints of b.md and c.md, not of {found}'


def check_quotation():
  source = File('a.cpp', 'int x;\nint y;\n')
  right = File('a.md', '<!-- quoted: a.cpp -->\n```cpp\nint y;\n```\n')
  changed = File('b.md', '<!-- quoted: a.cpp -->\n```cpp\nint z;\n```\n')
  missing = File('c.md', '<!-- quoted: b.cpp -->\n```cpp\nint z;\n```\n')
  found = [complaint.split(':')[0]
           for complaint in lint_documents.quotations([source, right, changed, missing])]
  if found != ['b.md', 'c.md']:
    yield f'complains about {found}'


def check_meson_lists():
  sources = [File('a/b.cpp', ''), File('a/c.cpp', ''), File('a/meson.build', "x('b.cpp')\n"),
             File('runtime/include/weir/d.hpp', ''), File('sdk/include/weir/e.hpp', ''),
             File('sdk/meson.build', "install_subdir('include/weir', install_dir : x)\n")]
  found = [complaint.split(':')[0] for complaint in lint_layers.built_sources(sources)]
  if found != ['a/c.cpp', 'runtime/include/weir/d.hpp']:
    yield f'complains about {found}'


def check_examples():
  include = '#include "weir/{}.hpp"\n'
  sources = [File(f'runtime/include/weir/{name}.hpp', '') for name in ('a', 'b', 'c', 'detail/d')]
  sources += [File('tests/examples/runtime/a.cpp', include.format('a')),
              File('tests/examples/runtime/c.cpp', include.format('a')),
              File('tests/examples/runtime/e.cpp', include.format('e'))]
  found = [complaint.split(':')[0] for complaint in lint_layers.examples(sources)]
  expected = ['runtime/include/weir/b.hpp', 'tests/examples/runtime/c.cpp',
              'tests/examples/runtime/e.cpp']
  if found != expected:
    yield f'complains about {found} instead of {expected}'


def main():
  checks = journal.Journal('tools.lint')
  for number, (rule, refused, accepted) in enumerate(CASES):
    checks.case(f'{rule.__name__} tells right from wrong ({number})',
                lambda case=(rule, refused, accepted): check_case(*case))
  checks.case('tests that a table names and nobody wrote are found', check_named_cases)
  checks.case('quotations that differ from their source are found', check_quotation)
  checks.case('sources that no meson.build names are found', check_meson_lists)
  checks.case('headers without an example, and examples without a header, are found',
              check_examples)
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
