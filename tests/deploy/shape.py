# SPDX-License-Identifier: Apache-2.0
"""Says where a document is not of the shape that is expected: a schema in Python's own values.

A shape is a type; a set of the values that are allowed; [shape] for a list; {str: shape} for a map
with any keys; a dictionary of the keys that may be there, those that must be ending in '!'; or a
function that says whether a value fits.
"""


def complaints(document, shape, where=''):
  """What does not fit, each with its place in the document."""
  if isinstance(shape, dict):
    yield from _in_map(document, shape, where)
  elif isinstance(shape, list):
    if not isinstance(document, list) or not document:
      yield f'{where} is no list with anything in it'
      return
    for index, item in enumerate(document):
      yield from complaints(item, shape[0], f'{where}[{index}]')
  elif isinstance(shape, set):
    if document not in shape:
      yield f'{where} is {document!r}, not one of {sorted(map(str, shape))}'
  elif isinstance(shape, type):
    # A truth value is an integer to Python.
    if not isinstance(document, shape) or (shape is int and isinstance(document, bool)):
      yield f'{where} is {document!r}, which is no {shape.__name__}'
  elif not shape(document):
    yield f'{where} is {document!r}: {shape.__doc__}'


def _in_map(document, shape, where):
  if not isinstance(document, dict):
    yield f'{where} is no map'
    return
  if list(shape) == [str]:
    for key, value in document.items():
      yield from complaints(value, shape[str], f'{where}.{key}')
    return
  known = {key.rstrip('!'): key for key in shape}
  for key, value in document.items():
    if key not in known:
      yield f'{where} has no field {key}'
    else:
      yield from complaints(value, shape[known[key]], f'{where}.{key}')
  for key in shape:
    if key.endswith('!') and key.rstrip('!') not in document:
      yield f'{where} lacks the field {key.rstrip("!")}'
