# SPDX-License-Identifier: Apache-2.0
"""Writes the files of a template into a C++ source: embed.py OUTPUT DIRECTORY PATH..."""

import pathlib
import sys

MARK = 'template'

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


def main():
  output, directory, *paths = sys.argv[1:]
  made = [HEAD]
  for path in paths:
    text = (pathlib.Path(directory) / path).read_text(encoding='utf-8')
    # The licence of a user's file is the user's to choose.
    own = [line for line in text.splitlines(keepends=True) if 'SPDX-' + 'License' not in line]
    made.append(f'    {{"{path}",\n{literal("".join(own))}}},\n')
  made.append(TAIL)
  pathlib.Path(output).write_text(''.join(made), encoding='utf-8')


if __name__ == '__main__':
  main()
