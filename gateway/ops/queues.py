"""How many messages lie in the carrier's queues."""

from collections.abc import Mapping

from gateway.app import Gateway
from gateway.exchange import active_nodes
from queues import gateway_uplink, topology


def sizes(gateway: Gateway) -> Mapping[str, int]:
    """Messages by queue; empty when the carrier cannot be asked, which must not keep the page from being shown."""
    nodes = active_nodes(gateway)
    uplink = gateway_uplink(gateway.settings.broker, nodes=lambda: nodes)
    names = [name for node in nodes for name in (topology.in_queue(node), topology.out_queue(node))]
    try:
        return {name: uplink.size(name) for name in names}
    except Exception:
        return {}
    finally:
        uplink.close()
