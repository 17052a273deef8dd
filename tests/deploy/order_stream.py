# SPDX-License-Identifier: Apache-2.0
"""Private servers of a test, and orders put into a stream: the protocol of NATS by hand."""

import json
import socket
import subprocess
import urllib.parse
import uuid

WAIT_SECONDS_MAX = 60


class PrivateServers:
  """A nats-server and a PostgreSQL, which end with the test."""

  def __init__(self, program):
    self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     text=True)
    lines = [self._process.stdout.readline().strip() for _ in range(2)]
    self.environment = dict(line.split('=', 1) for line in lines if '=' in line)
    if len(self.environment) != 2:
      raise RuntimeError('the private servers do not start')

  def close(self):
    self._process.communicate('', timeout=WAIT_SECONDS_MAX)


def order():
  """The body of an orders.created."""
  return json.dumps({'order_id': str(uuid.uuid4()), 'user_id': str(uuid.uuid4()),
                     'amount_cents': 1250, 'created_at': '2026-01-01T00:00:00Z'})


def publish_orders(url, subject, count):
  """Publishes orders; returns when the stream has confirmed each of them."""
  place = urllib.parse.urlparse(url)
  with socket.create_connection((place.hostname, place.port), WAIT_SECONDS_MAX) as connection:
    reader = connection.makefile('rb')
    connection.sendall(b'CONNECT {"verbose":false}\r\nSUB reply.* 1\r\n')
    for number in range(count):
      body = order()
      connection.sendall(f'PUB {subject} reply.{number} {len(body)}\r\n{body}\r\n'.encode())
    confirmed = 0
    while confirmed < count:
      line = reader.readline()
      if not line:
        raise RuntimeError('nats-server has ended the connection')
      if line.startswith(b'-ERR'):
        raise RuntimeError(line.decode())
      if line.startswith(b'PING'):
        connection.sendall(b'PONG\r\n')
      if not line.startswith(b'MSG'):
        continue
      answer = json.loads(reader.read(int(line.split()[-1]) + 2))
      if 'error' in answer:
        raise RuntimeError(f'the stream refuses an order: {answer}')
      confirmed += 1
