"""CIS-Net: works go out as CWR files over SFTP, acknowledgements and ISWCs come back the same way."""

from connectors.cisnet.client import CisnetClient
from connectors.cisnet.connector import Cisnet
from connectors.cisnet.settings import CisnetSettings

__all__ = ["Cisnet", "CisnetClient", "CisnetSettings"]
