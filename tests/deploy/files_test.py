# SPDX-License-Identifier: Apache-2.0
"""The files that a service is deployed by fit it, and each other:

  files_test.py watching | files  FOLDER SERVICE STREAM SUBJECT

All checks are made once more on the same files with other names in them, as `weir new` makes them.
"""

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


def yaml_is_tidy(deployment):
  """yamllint has nothing to say."""
  succeeded, output = deployments.run(['yamllint', '-s', '-d', YAML_RULES, deployment.folder])
  if not succeeded:
    yield output


def main():
  group, *names = sys.argv[1:]
  deployments.skip_without(*PROGRAMS[group])
  made = deployments.Deployment(*names)
  checks = journal.Journal('deploy.' + group)
  with tempfile.TemporaryDirectory() as folder:
    other = deployments.renamed(made, folder, 'basket-keeper', 'BASKETS', 'baskets.filled')
    for subject, of in ((made, ''), (other, ' (renamed)')):
      if group == 'files':
        checks.case('yamllint has nothing to say' + of, lambda: yaml_is_tidy(subject))
      for module in GROUPS[group]:
        for check in module.CHECKS:
          checks.case(check.__doc__.splitlines()[0].rstrip('.') + of,
                      lambda check=check, subject=subject: check(subject))
  return 1 if checks.failures else 0


if __name__ == '__main__':
  sys.exit(main())
