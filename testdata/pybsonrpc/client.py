"""A TCP client on the library py-bson-rpc, for tests of a peer that listens. See README.md.

usage: client.py HOST PORT [rfc7464|netstring|none|bson]
"""
import json
import socket
import sys
import threading

from bsonrpc import notification, request

import wire
from wire import say, text


@wire.service_class
class ClientServices(wire.CommonServices):

    @request
    def my_double(self, x):
        return 2 * x

    @notification
    def report_progress(self, *args):
        say('notified', 'report_progress', text(list(args)))

    @notification
    def tick(self, *args):
        say('notified', 'tick', text(list(args)))

    @notification
    def log(self, *args):
        say('notified', 'log', text(list(args)))


def parse(line):
    """METHOD [JSON] -> METHOD, params"""
    method, params = (line.split(None, 1) + ['', ''])[:2]
    if not method:
        raise ValueError('no method')
    return method, json.loads(params) if params else None


def batch(rpc, calls):
    """calls: a list of [METHOD] or [METHOD, PARAMS], where !METHOD is a notification."""
    items = []
    for method, *params in calls:
        args, kwargs = wire.arguments(*params or [None])
        kind = 'n' if method.startswith('!') else 'r'
        items.append((kind, method.lstrip('!'), args, kwargs))
    results = rpc.batch_call(items)
    return [{'error': wire.error(r)} if isinstance(r, Exception) else r for r in results or []]


def run(rpc, line):
    command, rest = (line.split(None, 1) + ['', ''])[:2]
    if command == 'request':
        say(*wire.call(rpc, *parse(rest)))
    elif command == 'notify':
        method, params = parse(rest)
        args, kwargs = wire.arguments(params)
        rpc.invoke_notification(method, *args, **kwargs)
    elif command == 'batch':
        say('result', text(batch(rpc, json.loads(rest))))
    elif command == 'close':
        rpc.close()
    else:
        raise ValueError('unknown command %r' % command)


def watch(rpc, busy):
    """End the process when the connection is closed, by whichever side, once the command under way has printed its result."""
    wire.wait_closed(rpc)
    with busy:
        say('closed')
        wire.leave()


def main():
    form = sys.argv[3] if len(sys.argv) > 3 else 'rfc7464'
    if len(sys.argv) < 3 or form not in wire.FORMS:
        sys.exit('usage: client.py HOST PORT [%s]' % '|'.join(wire.FORMS))
    wire.quiet()
    sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    rpc = wire.connect(sock, form, ClientServices())
    busy = threading.Lock()  # held while a command runs
    watcher = threading.Thread(target=watch, args=(rpc, busy))
    watcher.start()
    for line in sys.stdin:
        if line.strip():
            with busy:
                try:
                    run(rpc, line)
                except Exception as e:
                    say(*wire.error_line(e))
    if not rpc.is_closed:
        rpc.close()
    watcher.join()


if __name__ == '__main__':
    main()
