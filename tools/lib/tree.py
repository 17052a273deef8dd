# SPDX-License-Identifier: Apache-2.0
"""The files of the project, for the checks of tools/lint."""

import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CPP = ('.cpp', '.hpp')


class File:
  """One file: its path from the root, and its text."""

  def __init__(self, path, text):
    self.path = path
    self.text = text
    self.lines = text.splitlines()

  def has_type(self, *endings):
    return self.path.endswith(endings)

  def complain(self, number, text):
    return f'{self.path}:{number}: {text}'


def is_ignored(path):
  """What is built, fetched or private to a tool; as in .gitignore."""
  parts = path.split('/')
  if parts[0] == 'subprojects' and len(parts) > 1:
    ours = parts[1].endswith('.wrap') or parts[1] == 'packagefiles'
    return not ours or len(parts) > 2  # WrapDB's files are copied as they are.
  return (parts[0].startswith('build') and len(parts) == 1 or parts[-1] == '__pycache__'
          or parts[-1] == '.git' or parts[0] == '.cache')


def read_files(root=ROOT):
  """All text files of the tree, in order."""
  files = []
  for directory, folders, names in os.walk(root):
    here = os.path.relpath(directory, root)
    here = '' if here == '.' else here + '/'
    folders[:] = sorted(name for name in folders if not is_ignored(here + name))
    for name in sorted(names):
      if is_ignored(here + name):
        continue
      try:
        with open(os.path.join(directory, name), encoding='utf-8', newline='') as file:
          files.append(File(here + name, file.read()))
      except UnicodeDecodeError:
        pass  # not a text file
  return files
