# SPDX-License-Identifier: Apache-2.0
"""The files that a service is deployed by fit it, and each other:

  files_test.py watching | files  FOLDER SERVICE STREAM WEIR

All checks are made once more on what `WEIR new` makes.
"""

import pathlib
import sys
import tempfile

import deployment as deployments

import container_checks
import journal
import kubernetes_checks
import unit_checks
import watching_checks

YAML_RULES = ('{extends: default, rules: {line-length: {max: 160}, document-start: disable, '
              'comments-indentation: disable}}')
GROUPS = {
  'watching': [watching_checks],
  'files': [container_checks, kubernetes_checks, unit_checks],
}
PROGRAMS = {'watching': ('promtool', 'prometheus'), 'files': ('yamllint', 'yamllint')}


def new_project(weir, folder):
  """The deployment of a project that `weir new` makes in the folder."""
  project = pathlib.Path(folder, 'project')
  succeeded, output = deployments.run([weir, 'new', 'basket-keeper', '--into', project])
  if not succeeded:
    sys.exit(f'weir new fails: {output}')
  return deployments.Deployment(project / 'deploy', 'basket-keeper', 'BASKET_KEEPER')


def no_name_is_left(deployment):
  """Nothing in a new project is called after the order-processor."""
  for path in deployment.files():
    for name in ('order-processor', 'ORDERS', 'orders', '@name@', '@stream@'):
      if name in deployment.text(path):
        yield f'{path} has {name} in it'


def yaml_is_tidy(deployment):
  """yamllint has nothing to say."""
  succeeded, output = deployments.run(['yamllint', '-s', '-d', YAML_RULES, deployment.folder])
  if not succeeded:
    yield output


def main():
  group, folder, service, stream, weir = sys.argv[1:]
  deployments.skip_without(*PROGRAMS[group])
  own = deployments.Deployment(folder, service, stream)
  checks = journal.Journal('deploy.' + group)
  with tempfile.TemporaryDirectory() as place:
    other = new_project(weir, place)
    for subject, of in ((own, ''), (other, ' (weir new)')):
      if group == 'files':
        checks.case('yamllint has nothing to say' + of, lambda: yaml_is_tidy(subject))
      for module in GROUPS[group]:
        for check in module.CHECKS:
          checks.case(check.__doc__.splitlines()[0].rstrip('.') + of,
                      lambda check=check, subject=subject: check(subject))
    if group == 'files':
      checks.case('a new project has its own names alone', lambda: no_name_is_left(other))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
