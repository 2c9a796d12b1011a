"""Ports that op-geth could listen on. (How it runs: tests/e2e/test_geth_process.py.)"""

import socket

import pytest

from opcycle.engine.geth import port_is_free, require_free_port
from opcycle.errors import UserError


def test_require_free_port__listener__user_error_until_it_is_gone() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert not port_is_free(port)
        with pytest.raises(UserError, match=f"port {port} is busy"):
            require_free_port(port)
    assert port_is_free(port)
    require_free_port(port)
