"""How many messages lie in the carrier's queues."""

from collections.abc import Mapping

from gateway.gateway import Gateway
from gateway.members import queries as members
from queues import gateway_uplink, topology


def sizes(gateway: Gateway) -> Mapping[str, int]:
    """Messages by queue; empty when the carrier cannot be asked, which must not keep the page from being shown."""
    with gateway.sessions() as session:
        session.connection(execution_options={"read_only": True})
        nodes = members.active(session)
    uplink = gateway_uplink(gateway.settings.broker, nodes=lambda: nodes)
    names = [name for node in nodes for name in (topology.in_queue(node), topology.out_queue(node))]
    try:
        return {name: uplink.size(name) for name in names}
    except Exception:
        return {}
    finally:
        uplink.close()
