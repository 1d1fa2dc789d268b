#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""A service with all that declarations may look like. @request def not_one(): here.

@request
def nor_here(self): pass
"""
import socket, bsonrpc
import bsonrpc.interfaces
import bsonrpc as b
from typing import Dict, List, Literal, Optional, Union
from bsonrpc import (
    JSONRpc,
    request, rpc_request as with_rpc,  # a comment, with ( in it
    service_class,
)
from bsonrpc import *


@service_class
class Services(object):
    '''What the service offers.'''

    limit = {'a': [1, 2], 'b': "}"}

    def __init__(self, form):
        self.form = form

    @request
    def plain(self, a, b=2, c='x', *, d=None): return a

    @request
    def undocumented(self):
        return 'a string, and no documentation'

    @request
    def documented(self, txt: str) -> str:
        """Turns a text around.

        The second line
          is further in.
        """
        return txt[::-1]

    @with_rpc
    def progress(self, rpc, a: int, b: "int" = 0x10) -> Dict[str, List[int]]:
        u'Works ' "and tells how far it is."

    @bsonrpc.notification
    def log(
        self,
        fmt: Optional[str] = ("say: "  # in two
                              "%s\n"),
        *args
    ):
        pass

    @b.rpc_notification
    @staticmethod
    def poke(self, rpc, **kwargs): pass

    @bsonrpc.interfaces.request
    async def later(self, x: float, /, y: int | None = -1, z: bool = True) -> None:
        r'''A raw \d text.'''

    @request
    @notification
    def both(self, level: Literal["low", 'high', 3] = "low", tags: List[Union[int, str]] = [], opts: dict = {'deep': (1, 2.5, None)}):
        def inner(self): pass
        @request
        def nested(n): pass

    @property
    @functools.wraps(request)
    def no_method(self): pass

    @app.request
    def of_something_else(self): pass

    @request
    def computed(self, a=max(1, 2), b=lambda x, y: x, c=f'{a}', d=b'bytes', e=1_000, f=.5, g=1j, h=*3):
        pass

	@request
	def tabbed(self, a): pass


@request
def function(a, b):
    pass

@with_rpc
def function_with_rpc(rpc, a): pass

@request
def named_only(self, a, *, b): "Takes b by name."

class Generic[T]:
    @request
    def generic[U: int](self, x: U, y: list[U]) -> T: ...
