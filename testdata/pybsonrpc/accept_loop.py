"""A TCP server whose accept loop uses each socket once more after it has handed it to the library. See README.md.

usage: accept_loop.py [rfc7464|netstring|none|bson]
"""
import threading

import tutorial
import wire
from wire import say


def main():
    form = tutorial.form()
    wire.quiet()

    def handle(sock):
        tutorial.library(sock, form)
        say('accepted', '%s:%d' % sock.getsockname())
    tutorial.accept(handle)
    tutorial.end_with_stdin()
    threading.Event().wait()


if __name__ == '__main__':
    main()
