# SPDX-License-Identifier: Apache-2.0
"""Runs a program under a seccomp profile of Docker's form: seccomp_launch.py PROFILE PROGRAM...

Does what a container's runtime does with the profile, by libseccomp, on the machine's own
architecture. Ends with 77 where there is no libseccomp.
"""

import ctypes
import json
import os
import sys

SKIPPED = 77
ERRNO = 0x00050000
ACTIONS = {'SCMP_ACT_ALLOW': 0x7fff0000, 'SCMP_ACT_ERRNO': ERRNO}
COMPARISONS = {'SCMP_CMP_NE': 1, 'SCMP_CMP_EQ': 4, 'SCMP_CMP_MASKED_EQ': 7}
UNKNOWN_CALL = -1


class Comparison(ctypes.Structure):
  """struct scmp_arg_cmp."""

  _fields_ = [('argument', ctypes.c_uint), ('comparison', ctypes.c_int),
              ('first', ctypes.c_uint64), ('second', ctypes.c_uint64)]


def open_library():
  """libseccomp, with the types of what is called; None where there is none."""
  try:
    library = ctypes.CDLL('libseccomp.so.2')
  except OSError:
    return None
  library.seccomp_init.restype = ctypes.c_void_p
  library.seccomp_init.argtypes = [ctypes.c_uint32]
  library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int,
                                             ctypes.c_uint, ctypes.POINTER(Comparison)]
  library.seccomp_load.argtypes = [ctypes.c_void_p]
  return library


def unknown_calls(library, names):
  """Those that are no system calls of any architecture, as far as libseccomp knows."""
  return [name for name in names
          if library.seccomp_syscall_resolve_name(name.encode()) == UNKNOWN_CALL]


def action_of(entry, default_errno):
  action = ACTIONS[entry['action']]
  return action | entry.get('errnoRet', default_errno) if action == ERRNO else action


def add_rules(library, context, profile, default_action):
  """Adds every entry; calls that this machine does not have are passed over, as in runc."""
  for entry in profile['syscalls']:
    action = action_of(entry, profile['defaultErrnoRet'])
    compared = [Comparison(one['index'], COMPARISONS[one['op']], one['value'],
                           one.get('valueTwo', 0)) for one in entry.get('args', [])]
    if action == default_action:
      continue  # libseccomp refuses a rule that changes nothing
    for name in entry['names']:
      number = library.seccomp_syscall_resolve_name(name.encode())
      if number < 0:
        continue
      failure = library.seccomp_rule_add_array(context, action, number, len(compared),
                                               (Comparison * len(compared))(*compared))
      if failure:
        sys.exit(f'the rule for {name} is refused: {os.strerror(-failure)}')


def main():
  path, *command = sys.argv[1:]
  with open(path, encoding='utf-8') as file:
    profile = json.load(file)
  library = open_library()
  if library is None:
    sys.exit(SKIPPED)
  default_action = ACTIONS[profile['defaultAction']] | profile['defaultErrnoRet']
  context = library.seccomp_init(default_action)
  add_rules(library, context, profile, default_action)
  failure = library.seccomp_load(context)
  if failure:
    sys.exit(f'the profile cannot be loaded: {os.strerror(-failure)}')
  os.execv(command[0], command)


if __name__ == '__main__':
  main()
