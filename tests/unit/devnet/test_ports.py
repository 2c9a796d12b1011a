"""Default ports do not collide; free ones are free."""

import socket
from dataclasses import astuple

import pytest

from opcycle.devnet import ports
from opcycle.devnet.ports import FIRST_PORT, LAST_PORT, Ports, free_ports
from opcycle.errors import UserError


def test_ports__defaults__all_different() -> None:
    assert len(set(astuple(Ports()))) == len(astuple(Ports()))


def test_free_ports__bind_them_all__each_works() -> None:
    chosen = astuple(free_ports())
    assert len(set(chosen)) == len(chosen)
    assert all(FIRST_PORT <= port < LAST_PORT for port in chosen)
    for port in chosen:
        with socket.socket() as listener:
            # As servers do: a connection that somebody closed there a minute ago is no obstacle.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))


def test_free_ports__one_is_taken__not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = len(astuple(Ports()))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        monkeypatch.setattr(ports, "FIRST_PORT", taken - 10 * needed)
        monkeypatch.setattr(ports, "LAST_PORT", taken + 10 * needed)
        for _ in range(20):
            assert taken not in astuple(free_ports())


def test_free_ports__too_few__user_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "LAST_PORT", FIRST_PORT + len(astuple(Ports())) - 1)
    with pytest.raises(UserError, match="are free"):
        free_ports()
