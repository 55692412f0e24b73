"""How many messages lie in the carrier's queues, and whether anybody reads them."""

from collections.abc import Mapping

from gateway.gateway import Gateway
from gateway.members import queries as members
from queues import Depth, gateway_uplink, is_embedded, topology


def depths(gateway: Gateway) -> Mapping[str, Depth]:
    """Every queue by its name. Raises ConnectionError, OSError, or what the carrier's library raises."""
    with gateway.sessions() as session:
        session.connection(execution_options={"read_only": True})
        nodes = members.active(session)
    names = [name for node in nodes for name in (topology.in_queue(node), topology.out_queue(node))]
    if not is_embedded(gateway.settings.broker):
        names += [f"conn.{one.name}" for one in gateway.partners.values() if one.is_set_up]
    uplink = gateway_uplink(gateway.settings.broker, nodes=lambda: nodes)
    try:
        return {name: uplink.depth(name) for name in names}
    finally:
        uplink.close()


def sizes(gateway: Gateway) -> Mapping[str, Depth]:
    """The same; empty when the carrier cannot be asked, which must not keep the page from being shown."""
    try:
        return depths(gateway)
    except Exception:
        return {}
