# SPDX-License-Identifier: Apache-2.0
"""What the Dockerfile installs is what the program needs: image_test.py PROGRAM FOLDER NAMES...

With WEIR_CHROOT=1, as root, on bookworm, with a network: both stages of the Dockerfile are carried
out in a bare Debian in a directory, but for the compiling, and the built program is started there
as the image's user. That takes some minutes and downloads 400 MB.
"""

import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

import deployment as deployments
from container_checks import instructions, packages_of, words_of
from deployment import ROOT, SKIPPED

import journal

PROGRAM, *NAMES = sys.argv[1:]
RELEASE = 'bookworm'
STEP_SECONDS_MAX = 900
# Every Debian has these, or they come with libstdc++6.
OF_EVERY_SYSTEM = {'libc6', 'libgcc-s1'}
# Read, not linked.
OF_NO_LIBRARY = {'ca-certificates'}
EVERYWHERE_LEFT_OUT = shutil.ignore_patterns('__pycache__')


def left_out(folder, names):
  """What of a folder is not copied: as Dockerfile.dockerignore has it, builds of the top alone."""
  leaves_out = EVERYWHERE_LEFT_OUT
  if os.path.samefile(folder, ROOT):
    leaves_out = shutil.ignore_patterns('.git', '.cache', 'build*', '__pycache__')
  return leaves_out(folder, names)


def linked_packages():
  """The packages of the libraries that the program names itself."""
  dynamic = subprocess.run(['readelf', '-d', PROGRAM], stdout=subprocess.PIPE, text=True,
                           check=True).stdout
  places = dict(re.findall(r'(\S+) => (\S+)', subprocess.run(
    ['ldd', PROGRAM], stdout=subprocess.PIPE, text=True, check=True).stdout))
  packages = set()
  for library in re.findall(r'\(NEEDED\).*\[(.*)\]', dynamic):
    if library not in places:
      continue  # the loader itself
    folder = pathlib.Path(places[library]).parent.name
    owner = subprocess.run(['dpkg', '-S', f'*/{folder}/{library}'], stdout=subprocess.PIPE,
                           text=True, check=True).stdout
    packages.add(owner.partition(':')[0])
  return packages


def libraries_are_installed(deployment):
  """The image has the packages of the libraries that the program is linked with, and no more."""
  listed = packages_of(instructions(deployment)[1])
  if listed != sorted(listed):
    yield 'the list is not sorted'
  needed = linked_packages() - OF_EVERY_SYSTEM
  yield from (f'the image lacks {name}' for name in needed - set(listed))
  yield from (f'nothing needs {name}' for name in set(listed) - needed - OF_NO_LIBRARY)


def step(command, **options):
  """Runs one command of a chroot: its complaint, if it fails."""
  done = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT, timeout=STEP_SECONDS_MAX, **options)
  if done.returncode != 0:
    yield f'{" ".join(map(str, command))}:\n' + '\n'.join(done.stdout.splitlines()[-40:])


def bare_system(tree):
  """Debian's smallest system in a directory."""
  os.chmod(tree, 0o755)  # Its root, which a user that is not ours has to enter.
  yield from step(['debootstrap', '--variant=minbase', RELEASE, tree])
  shutil.copy('/etc/resolv.conf', pathlib.Path(tree, 'etc'))


def runtime_stage_works(deployment, tree):
  """The second stage installs its packages, and the built program starts in it as its user."""
  stage = instructions(deployment)[1]
  for command in words_of(stage, 'RUN'):
    yield from step(['chroot', tree, 'sh', '-c', command])
  shutil.copy(PROGRAM, f'{tree}/usr/bin/{deployment.service}')
  variables = dict(text.split('=', 1) for text in words_of(stage, 'ENV'))
  yield from step(['chroot', f'--userspec={words_of(stage, "USER")[0]}', tree,
                   f'/usr/bin/{deployment.service}', '--describe'],
                  env={'PATH': os.environ['PATH'], **variables})


def builder_stage_works(deployment, tree):
  """The first stage installs its packages, and weir's build can be configured with them."""
  first, *rest = words_of(instructions(deployment)[0], 'RUN')
  yield from step(['chroot', tree, 'sh', '-c', first])
  shutil.copytree(ROOT, f'{tree}/source', ignore=left_out)
  configure = rest[0].partition(' && ninja')[0]
  variables = ' '.join(words_of(instructions(deployment)[0], 'ENV'))
  yield from step(['chroot', tree, 'sh', '-c', f'cd /source && {variables} {configure}'])


def main():
  if platform.freedesktop_os_release().get('VERSION_CODENAME') != RELEASE:
    print(f'skipped: the packages of another system than {RELEASE} have other names')
    return SKIPPED
  made = deployments.Deployment(*NAMES)
  checks = journal.Journal('deploy.image')
  checks.case('the image has the libraries that the program is linked with, and no more',
              lambda: libraries_are_installed(made))
  if os.environ.get('WEIR_CHROOT'):
    with tempfile.TemporaryDirectory() as tree:
      checks.case('a bare system can be made', lambda: bare_system(tree))
      if not checks.failures:
        checks.case('in a bare system the second stage starts the program',
                    lambda: runtime_stage_works(made, tree))
        checks.case('in a bare system the first stage configures the build',
                    lambda: builder_stage_works(made, tree))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
