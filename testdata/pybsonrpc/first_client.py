"""A TCP server that remembers its first client, and calls it later from the main thread. See README.md.

usage: first_client.py [rfc7464|netstring|none|bson]
"""
import sys

from bsonrpc.exceptions import BsonRpcError

import tutorial
import wire
from wire import say


def main():
    form = tutorial.form()
    wire.quiet()
    clients = []  # the first one alone, and those behind it so that they live
    tutorial.accept(lambda sock: clients.append(tutorial.library(sock, form)))
    for line in sys.stdin:  # each is a call
        if not clients:
            say('nobody')
            continue
        try:
            tutorial.call(clients[0], 21)
        except BsonRpcError as e:
            say(*wire.error_line(e))
    wire.leave()


if __name__ == '__main__':
    main()
