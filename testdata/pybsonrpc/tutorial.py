"""What the three servers of the library's tutorial share: they use the library as it is, with nothing to shield it from what
comes while it is being set up. See README.md."""
import socket
import sys
import threading

import bsonrpc

import wire
from wire import say, text


@bsonrpc.service_class
class Services(object):

    @bsonrpc.request
    def my_add(self, a, b):
        return a + b


def form():
    """The wire form that the command line names."""
    chosen = sys.argv[1] if len(sys.argv) > 1 else 'rfc7464'
    if chosen not in wire.FORMS:
        sys.exit('unknown wire form %r: give one of %s' % (chosen, ', '.join(wire.FORMS)))
    return chosen


def library(sock, form):
    """The library's end of a connection."""
    if form == 'bson':
        return bsonrpc.BSONRpc(sock, Services())
    return bsonrpc.JSONRpc(sock, Services(), framing_cls=wire.FRAMINGS[form])


def accept(handle):
    """Have a thread call handle with each socket that is accepted. It ends, and says so, when handle raises."""
    listener = socket.create_server(('127.0.0.1', 0))

    def loop():
        while True:
            sock, _ = listener.accept()
            handle(sock)

    def run():
        try:
            loop()
        except Exception as e:
            say('dead', 'the accept loop', text(str(e)))

    threading.Thread(target=run, daemon=True).start()
    say('listening', str(listener.getsockname()[1]))


def call(rpc, number):
    """Call my_double of a client, and print what came of it."""
    say('called', text(rpc.invoke_request('my_double', number)))


def end_with_stdin():
    """Have a thread end the process when stdin ends."""
    def run():
        sys.stdin.read()
        wire.leave()
    threading.Thread(target=run, daemon=True).start()
