"""A CIS-Net to try things with: a real SFTP server that answers CWR files as societies do.

Nobody outside CISAC's members has seen the real one's inside. Formats and statuses are the standard's; when it answers
what is inferred from what societies publish about their acknowledgements (see the connector's README).
"""

from connectors.cisnet.simulator.server import Simulator, serve

__all__ = ["Simulator", "serve"]
