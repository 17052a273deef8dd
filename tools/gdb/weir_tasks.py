# SPDX-License-Identifier: Apache-2.0
"""For gdb: the tasks of every weir loop, of a live process or of a core file.

    gdb -x tools/gdb/weir_tasks.py PROGRAM [CORE | PID]
    (gdb) weir-tasks

It prints what weir::loop::describe_tasks() would (runtime/src/task_report.cpp), with ages as they
were at the beginning of the loop's last turn. The program needs debug information (-g).
"""

import re

import gdb

# The bounds of runtime/include/weir/task_report.hpp, and of a list that is broken.
MOST_PLACES = 16
MOST_PRINTED_TASKS = 200
MOST_PRINTED_DEPTH = 16
MOST_TASKS_READ = 1_000_000
LONGEST_NAME = 80

PARTNERS = {'(': ')', '<': '>', '{': '}', '[': ']'}
UNITS = (('us', 1e3, 1e3), ('ms', 1e6, 1e3), ('s', 1e9, 120), ('min', 60e9, 120),
         ('h', 3600e9, 48), ('days', 86400e9, 1e9))


def end_of_group(text):
  """The end of the bracket that begins the text, one past its partner."""
  depth = 0
  for at, letter in enumerate(text):
    if letter in PARTNERS:
      depth += 1
    elif letter in PARTNERS.values() and not (letter == '>' and at > 0 and text[at - 1] == '-'):
      depth -= 1
      if depth == 0:
        return at + 1
  return len(text)


def short_function_name(pretty):
  """A function's name without return type, parameters and template arguments (place.cpp)."""
  left = pretty.partition(' [')[0]
  name = ''
  while left:
    dropped = re.match(r'\(anonymous namespace\)::|\{anonymous\}::', left)
    is_lambda = re.match(r'\(anonymous class\)::operator\(\)|(?=<lambda)', left)
    operator = re.match(r'operator(\(\)|(?!\w)[^(]*)', left)
    if dropped:
      left = left[dropped.end():]
    elif is_lambda:
      name += 'lambda'
      left = left[is_lambda.end() or end_of_group(left):]
    elif operator and left != 'operator' and not re.search(r'\w$', name):
      name += operator.group()
      left = left[operator.end():]
    elif left[0] in '(<{':
      is_parameters = left[0] == '('
      left = left[end_of_group(left):]
      if is_parameters and not left.startswith('::') and name != 'decltype':
        break
    else:
      name = '' if left[0] in ' *&' else name + left[0]
      left = left[1:]
  return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME - 3] + '...'


def span_text(nanoseconds):
  """A span of time in the unit that suits it."""
  nanoseconds = max(nanoseconds, 0)
  unit, size, _ = next((one for one in UNITS if nanoseconds / one[1] < one[2]), UNITS[-1])
  value = nanoseconds / size
  is_long = unit not in ('us', 'ms')
  return f'{value:.1f} {unit}' if is_long and value < 10 else f'{value:.0f} {unit}'


class Place:
  """A std::source_location."""

  def __init__(self, value):
    self.line = 0
    parts = value['_M_impl']
    if parts:
      self.file = parts['_M_file_name'].string()
      self.function = parts['_M_function_name'].string()
      self.line = int(parts['_M_line'])
      self.column = int(parts['_M_column'])

  def key(self):
    return (self.file, self.function, self.line, self.column) if self.line else None

  def __str__(self):
    if not self.line:
      return 'an unknown place'
    file = re.sub(r'^(\.\./)+', '', self.file)
    return f'{file}:{self.line} in {short_function_name(self.function)}'


class Task:
  """A task that was spawned, with what it awaits."""

  def __init__(self, promise, loop):
    spawned = promise['spawned_']
    self.number = int(spawned['id'])
    self.spawner = int(spawned['spawner'])
    self.spawned_at = Place(spawned['where'])
    self.age = loop.turn_began - int(spawned['when']['__d']['__r'])
    self.children = []
    self.is_orphan = False
    places = []
    innermost = promise
    while promise:
      innermost = promise
      place = Place(promise['waits_at_'])
      if place.line:
        places.append(place)
      promise = promise['awaits_']
    self.left_out = max(len(places) - MOST_PLACES, 0)
    half = MOST_PLACES // 2
    self.places = places[:half] + places[-half:] if self.left_out else places
    if self.number == loop.running:
      self.state = 'running'
    else:
      self.state = 'ready' if int(innermost) in loop.ready else 'waiting'

  def key(self):
    """What tasks that are alike have in common; its children are grouped already."""
    return (self.state, self.is_orphan, self.left_out, self.spawned_at.key(),
            tuple(place.key() for place in self.places),
            tuple(sorted((hash(group[0].shape), len(group)) for group in self.children)))


class Loop:
  """A loop, read through its entry in the registry."""

  def __init__(self, entry):
    home = entry['home'].dereference()
    self.number = int(entry['number'])
    self.running = int(entry['running']['_M_i'])
    self.turn_began = int(home['turn_began_']['__d']['__r'])
    self.ready = set()
    item = home['ready_']['first_']
    while item:
      self.ready.add(int(item['promise']))
      item = item['next']
    promise_type = gdb.lookup_type('weir::detail::promise_base').pointer()
    head = home['tasks_']['head_']
    self.tasks = []
    hook = head['next_']
    while hook != head.address and len(self.tasks) < MOST_TASKS_READ:
      self.tasks.append(Task(hook.cast(promise_type), self))
      hook = hook['next_']


def fold(siblings):
  """Lists of siblings that are alike, in the order of the first of each."""
  groups = {}
  for task in siblings:
    groups.setdefault(task.shape, []).append(task)
  return list(groups.values())


def tree_of(tasks):
  """The groups of tasks at the root; those below are in `children`."""
  by_number = {task.number: task for task in tasks}
  roots = []
  for task in tasks:
    spawner = by_number.get(task.spawner)
    task.is_orphan = task.spawner != 0 and spawner is None
    (spawner.children if spawner else roots).append(task)
  # Who was spawned has the greater number: children come before their spawners.
  for task in reversed(tasks):
    task.size = 1 + sum(child.size for child in task.children)
    task.children = fold(task.children)
    task.shape = task.key()
  return fold(roots)


class Writer:
  """Writes a tree, as far as it may."""

  def __init__(self, loop):
    self.loop = loop
    self.printed = 0
    self.told = 0

  def write(self):
    tasks = self.loop.tasks
    groups = tree_of(tasks)
    states = [task.state for task in tasks]
    print(f'loop {self.loop.number}, {count(len(tasks), "task")}: {states.count("running")} '
          f'running, {states.count("ready")} ready, {states.count("waiting")} waiting')
    self.write_groups(groups, 0)
    if len(tasks) > self.told:
      print(f'{count(len(tasks) - self.told, "more task")} not shown')

  def write_groups(self, groups, depth):
    for group in groups:
      if self.printed == MOST_PRINTED_TASKS:
        return
      self.write_task(group[0], depth)
      if len(group) == 1:
        continue
      self.told += (len(group) - 1) * group[0].size
      words = 'task' if len(group) == 2 else 'the last is task'
      print(f'{"  " * depth}and {len(group) - 1} more like it, {words} {group[-1].number}')

  def write_task(self, task, depth):
    margin = '  ' * depth
    by = f'by task {task.spawner}, which has ended, ' if task.is_orphan else ''
    print(f'{margin}task {task.number}, spawned {by}{span_text(task.age)} ago at '
          f'{task.spawned_at}')
    write_places(task, margin + '  ')
    self.printed += 1
    self.told += 1
    if task.children and depth + 1 == MOST_PRINTED_DEPTH:
      print(f'{margin}  and {count(task.size - 1, "task")} below it')
      self.told += task.size - 1
    else:
      self.write_groups(task.children, depth + 1)


def write_places(task, margin):
  if not task.places:
    print(margin + ('runs' if task.state == 'running' else 'ready to begin'))
    return
  words = {'running': 'runs; last awaited', 'ready': 'ready to go on from', 'waiting': 'waits at'}
  for at, place in enumerate(task.places):
    if task.left_out and at == MOST_PLACES // 2:
      print(f'{margin}  -> ({task.left_out} more)')
    print(f'{margin}{words[task.state]} {place}' if at == 0 else f'{margin}  -> {place}')


def count(number, what):
  return f'{number} {what}{"" if number == 1 else "s"}'


class WeirTasks(gdb.Command):
  """Prints the live tasks of every weir loop as a tree: weir-tasks"""

  def __init__(self):
    super().__init__('weir-tasks', gdb.COMMAND_STACK)

  def invoke(self, _argument, _from_tty):
    loops = gdb.lookup_global_symbol('weir::detail::all_loops')
    if loops is None:
      raise gdb.GdbError('this program has no weir runtime with debug information (-g)')
    entry = loops.value()['first_']
    if not entry:
      print('no loop')
    while entry:
      Writer(Loop(entry)).write()
      entry = entry['next']


WeirTasks()
