"""The line itself: what an uplink holds on to, and what it lets go."""

import os

import pytest
from kombu import Connection

import queues
from queues import topology
from tests.queues.world import Side, World


@pytest.mark.parametrize(
    "stack", [pytest.param("real", marks=pytest.mark.services("postgresql", "rabbitmq"))], indirect=True
)
def test_a_line_is_let_go_although_its_queue_was_removed_meanwhile(world: World, node: Side) -> None:
    """The broker says so in the middle of the farewell, which then comes to no end."""
    node.turn()
    (wire,) = node.uplink.sockets()
    with Connection(world.stack.broker) as line:
        line.channel().queue_delete(topology.out_queue(queues.id_of(node.urn)))
    node.uplink.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(wire)
    assert node.uplink.sockets() == []
