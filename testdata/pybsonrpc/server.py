"""A TCP server on the library py-bson-rpc, for tests of a peer that calls back. See README.md.

usage: server.py [rfc7464|netstring|none|bson]
"""
import datetime
import json
import socket
import sys
import threading
import time

from bsonrpc import notification, request, rpc_notification, rpc_request

import wire
from wire import say, text


@wire.service_class
class ServerServices(wire.CommonServices):

    def __init__(self, form):
        self.form = form

    @request
    def my_add(self, a, b):
        return a + b

    @rpc_request
    def my_progress_add(self, rpc, a, b):
        rpc.invoke_notification('report_progress', 'hi')
        rpc.invoke_request('my_double', 3)
        return a + b

    @request
    def describe(self, name, size=1):
        return {'name': name, 'size': size}

    @request
    def slow(self, seconds):
        time.sleep(seconds)
        return seconds

    @request
    def same(self, value):
        return value

    @request
    def rich(self):
        """What JSON has no types for, or what gets lost easily."""
        if self.form != 'bson':
            raise ValueError('rich is for bson only')
        from bson import Binary, ObjectId
        when = datetime.datetime(2020, 9, 3, 12, 0, 0, 123000)
        return {
            'oid': ObjectId('5f50c31e1c9d440000a1b2c3'),
            'aware': when.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
            'naive': when,
            'bin': b'\x00\x01\xff',
            'md5': Binary(bytes(16), 5),
            'big': 2 ** 53 + 1,
            'float': 1.5,
            'text': u'h\u00e9llo \u2713',
            'none': None,
            'nested': {'z': 1, 'a': [1, {'b': True}]},
        }

    @rpc_request
    def client_info(self, rpc):
        return rpc.client_info

    @rpc_request
    def ticks(self, rpc, n):
        for i in range(n):
            rpc.invoke_notification('tick', i)
        return n

    @notification
    def log(self, msg):
        say('log', text(msg))

    @rpc_notification
    def poke(self, rpc):
        # The library runs notification handlers on the thread that takes answers in: one that waited there for an answer would
        # wait for ever.
        threading.Thread(target=lambda: say('poke', *wire.call(rpc, 'my_double', [21])), daemon=True).start()


class Server(object):

    def __init__(self, form):
        self.form = form
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.clients = {}  # address -> rpc, of those connected
        self.lock = threading.Lock()  # for clients

    def run(self):
        say('listening', str(self.listener.getsockname()[1]))
        while True:
            sock, (host, port) = self.listener.accept()
            threading.Thread(target=self.serve, args=(sock, '%s:%d' % (host, port)), daemon=True).start()

    def serve(self, sock, address):
        with self.lock:
            say('connected', address)
            rpc = wire.connect(sock, self.form, ServerServices(self.form), client_info=address)
            self.clients[address] = rpc
        wire.wait_closed(rpc)
        with self.lock:
            del self.clients[address]
        say('disconnected', address)

    def call_all(self, method, params):
        """Call a method of every client at the same time and print each outcome when it is there."""
        def call(address, rpc):
            say('called', address, *wire.call(rpc, method, params))
        with self.lock:
            clients = list(self.clients.items())
        for client in clients:
            threading.Thread(target=call, args=client, daemon=True).start()


def main():
    form = sys.argv[1] if len(sys.argv) > 1 else 'rfc7464'
    if form not in wire.FORMS:
        sys.exit('unknown wire form %r: give one of %s' % (form, ', '.join(wire.FORMS)))
    wire.quiet()
    server = Server(form)
    threading.Thread(target=server.run, daemon=True).start()
    for line in sys.stdin:
        command, method, arg = (line.split(None, 2) + ['', '', ''])[:3]
        try:
            if command != 'call' or not method:
                raise ValueError('not "call METHOD [JSON]"')
            server.call_all(method, [json.loads(arg)] if arg else [])
        except ValueError as e:
            say('bad', text(line.strip()), str(e))
    wire.leave()


if __name__ == '__main__':
    main()
