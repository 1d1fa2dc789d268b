"""A TCP server that calls each of its clients again and again, and closes and forgets those where that fails. See README.md.

usage: call_loop.py [rfc7464|netstring|none|bson] [SECONDS]
"""
import sys
import time

from bsonrpc.exceptions import BsonRpcError

import tutorial
import wire
from wire import say, text


def main():
    form = tutorial.form()
    pause = float(sys.argv[2]) if len(sys.argv) > 2 else 2
    wire.quiet()
    clients = []
    tutorial.accept(lambda sock: clients.append(tutorial.library(sock, form)))
    tutorial.end_with_stdin()
    try:
        while True:
            time.sleep(pause)
            for rpc in list(clients):
                try:
                    tutorial.call(rpc, 21)
                except BsonRpcError:
                    rpc.close()
                    clients.remove(rpc)
            say('round', str(len(clients)))
    except Exception as e:
        say('dead', 'the main loop', text(str(e)))
        raise


if __name__ == '__main__':
    main()
