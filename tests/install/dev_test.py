# SPDX-License-Identifier: Apache-2.0
"""`weir dev` as its user sees it, in a project of `weir new`: dev_test.py WEIR BUILD COMPILER...

All waits are for lines that it prints, or for the end of processes.
"""

import collections
import os
import pathlib
import queue
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(os.path.abspath(__file__)).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / 'tools/lib'))

import journal

WEIR, BUILD, *COMPILER = sys.argv[1:]
WEIR = os.path.abspath(WEIR)  # It is started in other folders, too.
NAME = 'shop-floor'
STREAM = 'SHOP_FLOOR'
LINE_SECONDS_MAX = 240  # a build of the project lies between two of them
END_SECONDS_MAX = 60
LINES_SHOWN_MAX = 40
ITEM = '{"item_id":"{{uuid}}","title":"a thing","quantity":3}'


class Missing(Exception):
  """What was waited for has not come."""


class Development:
  """A running `weir dev`."""

  def __init__(self, project, temporary, *arguments):
    environment = dict(os.environ, PKG_CONFIG_PATH=f'{BUILD}/meson-uninstalled',
                       CXX=' '.join(COMPILER), TMPDIR=str(temporary),
                       # Of no server that it may use.
                       WEIR_NATS__URL='nats://127.0.0.1:1', PGHOST='127.0.0.1', PGPORT='1')
    self.process = subprocess.Popen([WEIR, 'dev', *arguments], cwd=project, env=environment,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                    errors='replace')
    self.last = collections.deque(maxlen=LINES_SHOWN_MAX)
    self.lines = queue.Queue()
    self.reader = threading.Thread(target=self.read, daemon=True)
    self.reader.start()

  def read(self):
    for line in self.process.stdout:
      self.lines.put(line.rstrip('\n'))
    self.lines.put(None)

  def wait(self, pattern):
    """The first line from here on in which the pattern is, as a match."""
    while True:
      try:
        line = self.lines.get(timeout=LINE_SECONDS_MAX)
      except queue.Empty:
        line = None
      if line is None:
        raise Missing(f'no line has "{pattern}"; the last ones are:\n' + '\n'.join(self.last))
      self.last.append(line)
      if found := re.search(pattern, line):
        return found

  def wait_started(self):
    """Its servers' processes and its URL; the service runs and is ready then."""
    servers = [int(self.wait('nats-server .* runs as process ([0-9]+)')[1]),
               int(self.wait('PostgreSQL .* runs as process ([0-9]+)')[1])]
    self.nats = self.wait('^export NATS_URL=(.*)')[1]
    self.wait("^export DATABASE_URL='postgresql://.*'$")
    service = self.wait_running()
    self.wait('the service is ready')
    return [*servers, service]

  def wait_running(self):
    return int(self.wait(f'{NAME} runs as process ([0-9]+)')[1])

  def publish(self, body):
    """A message for the service, stored when this returns."""
    done = subprocess.run([WEIR, 'pub', '--nats', self.nats, f'{NAME}.created', body], text=True,
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=END_SECONDS_MAX)
    if done.returncode != 0:
      raise Missing(f'weir pub ends with {done.returncode}: {done.stdout}')

  def guards(self):
    """The processes that it has started itself."""
    listed = pathlib.Path(f'/proc/{self.process.pid}/task')
    return [int(one) for task in listed.iterdir()
            for one in (task / 'children').read_text().split()]

  def end(self, number):
    """Sends it a signal; its exit code."""
    self.process.send_signal(number)
    return self.process.wait(timeout=END_SECONDS_MAX)

  def close(self):
    if self.process.poll() is None:
      self.process.kill()
      self.process.wait()
    self.reader.join()
    self.process.stdout.close()


def handles_of(processes):
  return {os.pidfd_open(one): one for one in processes}


def check_ended(handles):
  """Complains of the processes that do not end."""
  waiting = select.poll()
  for handle in handles:
    waiting.register(handle, select.POLLIN)
  left = dict(handles)
  while left and (ended := waiting.poll(END_SECONDS_MAX * 1000)):
    for handle, _ in ended:
      waiting.unregister(handle)
      os.close(handle)
      del left[handle]
  if left:
    yield f'these processes live on: {list(left.values())}'


def check_empty(temporary):
  if left := list(temporary.iterdir()):
    yield f'this is left behind: {left}'


def check_work(project, temporary):
  """A day's work: publish, change, break, repair, end."""
  source = project / 'src/service.cpp'
  text = source.read_text('utf-8')
  dev = Development(project, temporary)
  try:
    *servers, first = dev.wait_started()
    dev.publish(ITEM)
    dev.wait(fr'^event +\| .* {NAME}\.created .*"title":"a thing"')
    dev.wait(fr'^event +\| .* {NAME}\.stored .*"quantity":3')
    dev.publish('{"item":\n1}')
    dev.wait(fr'^event +\| .* dlq\.{NAME} .*DEAD LETTER: .*item_id.*{{"item": 1}}')

    source.write_text(text.replace('workers(64)', 'workers(8)'), encoding='utf-8')
    dev.wait('src/service.cpp changed')
    dev.wait('has ended: exit code 0')
    second = dev.wait_running()
    if second == first:
      yield 'the program is not another one after a change'
    dev.wait('the service is ready')

    source.write_text(text + 'this is no C++;\n', encoding='utf-8')
    dev.wait(r'^build +\| .*service.cpp:[0-9:]+ error')
    dev.wait('the build failed; the program from before runs on')
    dev.publish(ITEM)
    dev.wait(fr'^event +\| .* {NAME}\.stored ')

    # One change each, and its build awaited: else the next one could be part of it, or not.
    more = temporary.parent / 'more'
    more.mkdir()
    (more / 'sizes.hpp').write_text('inline constexpr int size = 1;\n', 'utf-8')
    more.rename(project / 'src/more')
    dev.wait('src/more.* changed')
    dev.wait('the build failed; the program from before runs on')
    (project / 'src/more/sizes.hpp').write_text('inline constexpr int size = 2;\n', 'utf-8')
    dev.wait('src/more/sizes.hpp changed')
    dev.wait('the build failed; the program from before runs on')
    source.write_text('#include "more/sizes.hpp"\n' + text, encoding='utf-8')
    processes = [*servers, dev.wait_running(), *dev.guards()]
    dev.wait('the service is ready')

    os.kill(processes[2], signal.SIGKILL)
    dev.wait('ended by itself: signal 9; it is started again upon the next change')
    source.write_text(text, encoding='utf-8')
    processes[2] = dev.wait_running()
    dev.wait('the service is ready')

    handles = handles_of(processes)
    if (code := dev.end(signal.SIGINT)) != 0:
      yield f'it ends with {code}'
    dev.wait('has ended: exit code 0')
    yield from check_ended(handles)
    yield from check_empty(temporary)
  finally:
    dev.close()


def check_killed(project, temporary):
  """Killed it leaves nothing that runs, and what was to be kept is there the next time."""
  kept = temporary.parent / 'kept'
  dev = Development(project, temporary, '--keep', str(kept))
  try:
    processes = dev.wait_started()
    dev.publish(ITEM)
    dev.wait(fr'^event +\| .* {NAME}\.stored ')
    handles = handles_of([*processes, *dev.guards()])
    dev.end(signal.SIGKILL)
    yield from check_ended(handles)
    yield from check_empty(temporary)
  finally:
    dev.close()

  dev = Development(project, temporary, '--keep', str(kept))
  try:
    dev.wait(f'shows the events of stream {STREAM}: {NAME}[.]>; it has 2 already')
    refused = Development(project, temporary, '--keep', str(kept))
    try:
      refused.wait("another program's server runs there")
      if (code := refused.process.wait(timeout=END_SECONDS_MAX)) == 0:
        yield 'two of them may use the same data'
    finally:
      refused.close()
    handles = handles_of(dev.guards())
    if (code := dev.end(signal.SIGTERM)) != 0:
      yield f'it ends with {code}'
    yield from check_ended(handles)
    yield from check_empty(temporary)
  finally:
    dev.close()


def check_server_ended(project, temporary):
  """A server that ends by itself is named, and all the rest ends in order."""
  for place, server in ((0, 'nats-server'), (1, 'PostgreSQL')):
    dev = Development(project, temporary)
    try:
      processes = dev.wait_started()
      handles = handles_of([*processes, *dev.guards()])
      os.kill(processes[place], signal.SIGKILL)
      dev.wait(fr'^weir +\| {server} ended by itself: signal 9; its log ends:')
      dev.wait(r'^log +\| ')
      dev.wait(f'lets {NAME} drain')
      dev.wait(f'{NAME} has ended: exit code')
      dev.wait(f'^error: {server} on 127.0.0.1:[0-9]+ ended by itself: signal 9')
      if (code := dev.process.wait(timeout=END_SECONDS_MAX)) != 3:
        yield f'it ends with {code} when {server} does'
      yield from check_ended(handles)
      yield from check_empty(temporary)
    finally:
      dev.close()


def check_refused(project, temporary):
  """What is wrong from the beginning is said, and ends it."""
  for arguments, why in ((['--program', 'shop'], "no program 'shop'"),
                         ([str(temporary)], 'in no Meson project')):
    dev = Development(project, temporary, *arguments)
    try:
      dev.wait(why)
      if (code := dev.process.wait(timeout=END_SECONDS_MAX)) == 0:
        yield f'{arguments} ends with {code}'
      yield from check_empty(temporary)
    finally:
      dev.close()


def said(check, *arguments):
  """A check that tells of lines that do not come."""
  try:
    yield from check(*arguments)
  except (Missing, subprocess.TimeoutExpired) as missing:
    yield str(missing)


def main():
  checks = journal.Journal('dev')
  with tempfile.TemporaryDirectory() as directory:
    place = pathlib.Path(directory)
    place.chmod(0o711)  # PostgreSQL runs as somebody else where we are root.
    project = place / 'project'
    temporary = place / 'temporary'
    temporary.mkdir()
    subprocess.run([WEIR, 'new', NAME, '--into', str(project)], check=True,
                   stdout=subprocess.DEVNULL, timeout=END_SECONDS_MAX)
    for name, check in (
        ('a change builds and restarts, a mistake does not, and Ctrl-C leaves nothing', check_work),
        ('killed it leaves nothing that runs; what it keeps is there again', check_killed),
        ('a server that ends by itself is named, and the rest ends in order', check_server_ended),
        ('a wrong program or folder is refused', check_refused)):
      checks.case(name, lambda check=check: said(check, project, temporary))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
