# SPDX-License-Identifier: Apache-2.0
"""Writes the files of a template into a C++ source:

  embed.py OUTPUT DIRECTORY PATH... --deployment DIRECTORY PATH... --wrap FILE

Those of the deployment are the order-processor's, with marks in place of its names.
"""

import argparse
import pathlib
import sys

MARK = 'template'

# In this order: what is longer comes before what is part of it.
NAMES = {
    'services/order-processor/order-processor': '@name@',
    'services/order-processor/': '',
    'context: ../../..': 'context: ..',
    ' -Dtests=false': '',  # weir's own; a new project says so to its subproject
    'order-processor': '@name@',
    'orders.created': '@name@.created',
    'ORDERS': '@stream@',
    'orders': '@name@',
}

HEAD = '''// Made by tools/weir/new/embed.py.
#include <array>

#include "template_file.hpp"

namespace weir::scaffold {

std::span<const template_file> template_files() noexcept {
  static constexpr auto files = std::to_array<template_file>({
'''
TAIL = '''  });
  return files;
}

}  // namespace weir::scaffold
'''


def literal(text):
  """A raw string; a compiler need not take one of more than 64 KiB."""
  if f'){MARK}"' in text:
    sys.exit(f'a template may not contain ){MARK}"')
  pieces = [text[start:start + 16000] for start in range(0, len(text), 16000)] or ['']
  return '\n'.join(f'R"{MARK}({piece}){MARK}"' for piece in pieces)


def as_template(text):
  """A file of the order-processor with marks in place of its names."""
  for name, mark in NAMES.items():
    text = text.replace(name, mark)
  return text


def entry(path, text):
  # The licence of a user's file is the user's to choose.
  own = [line for line in text.splitlines(keepends=True) if 'SPDX-' + 'License' not in line]
  return f'    {{"{path}",\n{literal("".join(own))}}},\n'


def parsed_arguments():
  parser = argparse.ArgumentParser()
  parser.add_argument('output', type=pathlib.Path)
  parser.add_argument('template', type=pathlib.Path)
  parser.add_argument('paths', nargs='+')
  parser.add_argument('--deployment', nargs='+', required=True)
  parser.add_argument('--wrap', type=pathlib.Path, required=True)
  return parser.parse_args()


def main():
  arguments = parsed_arguments()
  made = [HEAD]
  for path in arguments.paths:
    made.append(entry(path, (arguments.template / path).read_text(encoding='utf-8')))
  deployment, *paths = arguments.deployment
  for path in paths:
    text = pathlib.Path(deployment, path).read_text(encoding='utf-8')
    made.append(entry(as_template('deploy/' + path), as_template(text)))
  wrap = arguments.wrap.read_text(encoding='utf-8')
  made.append(entry('subprojects/' + arguments.wrap.name, wrap))
  made.append(TAIL)
  arguments.output.write_text(''.join(made), encoding='utf-8')


if __name__ == '__main__':
  main()
