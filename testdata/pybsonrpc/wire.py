"""What server.py and client.py share: the wire forms, the services that both have, and how things are printed."""
import base64
import datetime
import itertools
import json
import logging
import os
import sys
import threading

import bsonrpc
from bsonrpc.exceptions import BsonRpcError, PeerError

FRAMINGS = {
    'rfc7464': bsonrpc.JSONFramingRFC7464,
    'netstring': bsonrpc.JSONFramingNetstring,
    'none': bsonrpc.JSONFramingNone,
}
FORMS = [*FRAMINGS, 'bson']

_stdout = threading.Lock()


def say(*words):
    """Print one line, at once, in one piece although several threads print."""
    with _stdout:
        sys.stdout.write(' '.join(words) + '\n')
        sys.stdout.flush()


def text(value):
    """The value as JSON on one line, in ASCII, keys sorted; what only BSON has looks much as in MongoDB Extended JSON."""
    return json.dumps(value, sort_keys=True, default=extended)


def extended(value):
    if isinstance(value, datetime.datetime):
        return {'$date': value.isoformat()}
    if isinstance(value, bytes):
        subtype = '%02x' % getattr(value, 'subtype', 0)
        return {'$binary': {'base64': base64.b64encode(value).decode(), 'subType': subtype}}
    if type(value).__name__ == 'ObjectId':
        return {'$oid': str(value)}
    return repr(value)


def error(exception):
    """An exception that a call ended with. Code 0 is no answer of the peer."""
    if isinstance(exception, PeerError):
        return {'code': exception.code, 'message': exception.message, 'data': exception.details}
    return {'code': 0, 'message': str(exception), 'data': ''}


def error_line(exception):
    e = error(exception)
    return ['error', str(e['code']), text(e['message']), text(e['data'])]


class HeldSocket(object):
    """A socket from which nothing is read before it is released. The library starts to answer while it is still being set up,
    and then fails where a request has been there from the start."""

    def __init__(self, sock):
        self.sock = sock
        self.released = threading.Event()

    def __getattr__(self, name):
        return getattr(self.sock, name)

    def recv(self, size):
        self.released.wait()
        return self.sock.recv(size)


def connect(sock, form, services, **options):
    """The library's end of a connection. Each numbers its own requests from 1, so that the ids of both sides collide; left
    alone, the library would number those of all connections together, by a generator that fails if two threads call it at
    once."""
    held = HeldSocket(sock)
    options['id_generator'] = itertools.count(1)
    if form == 'bson':
        rpc = bsonrpc.BSONRpc(held, services, **options)
    else:
        rpc = bsonrpc.JSONRpc(held, services, framing_cls=FRAMINGS[form], **options)
    held.released.set()
    return rpc


def wait_closed(rpc):
    """Wait until the connection is closed and all that came in was taken in. Calls still without an answer fail then, for which
    the library would wait for ever. It has nothing public to do either with."""
    rpc.dispatcher._thread.join()
    for promises in (rpc.dispatcher._responses, rpc.dispatcher._batch_responses):
        for promise in list(promises.values()):
            if not promise.is_set():
                promise.set(BsonRpcError('the connection was closed'))


def call(rpc, method, params):
    """Call a method of the peer: a list or None is positional, a dict is named. Returns the words of the line to print."""
    try:
        args, kwargs = arguments(params)
        return ['result', text(rpc.invoke_request(method, *args, **kwargs))]
    except Exception as e:
        return error_line(e)


def arguments(params):
    if isinstance(params, dict):
        return [], params
    if params is None:
        return [], {}
    if isinstance(params, list):
        return params, {}
    raise ValueError('params are a JSON array or object, not ' + text(params))


def quiet():
    """Keep the library from logging every message, and from printing a traceback for each answer that it cannot send any more."""
    logging.disable(logging.CRITICAL)

    def hook(args):
        if isinstance(args.exc_value, BsonRpcError):
            sys.stderr.write('%s: %s\n' % (args.exc_type.__name__, args.exc_value))
        else:
            threading.__excepthook__(args)
    threading.excepthook = hook


def leave():
    """End the process, whatever its threads wait for."""
    sys.stdout.flush()
    os._exit(0)


def service_class(cls):
    """bsonrpc.service_class, which only finds the methods of the class itself, for a class that inherits some."""
    cls = bsonrpc.service_class(cls)
    for base in cls.__mro__[1:]:
        for kind in ('_request_handlers', '_notification_handlers'):
            setattr(cls, kind, {**vars(base).get(kind, {}), **getattr(cls, kind)})
    return cls


@bsonrpc.service_class
class CommonServices(object):

    @bsonrpc.request
    def echo(self, *args, **kwargs):
        return {'args': list(args), 'kwargs': kwargs}

    @bsonrpc.request
    def boom(self, *args):
        raise RuntimeError('boom %s' % (args,))

    @bsonrpc.rpc_request
    def nested(self, rpc, n):
        """Calls back and forth, n deep; every level is under way at the same time."""
        return 1 + rpc.invoke_request('nested', n - 1) if n > 0 else 0

    @bsonrpc.rpc_request
    def bye(self, rpc):
        rpc.close_after_response()
        return 'bye'

    @bsonrpc.rpc_request
    def abort(self, rpc):
        """Closes the connection; the call is never answered."""
        rpc.abort()
