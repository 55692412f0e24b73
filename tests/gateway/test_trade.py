"""The trade: what a node says becomes a file for CIS-Net, and CIS-Net's answers become messages to the node."""

from tests.builders import a_work
from tests.gateway.world import Office, World


def test_a_work_goes_out_once_and_its_answers_come_home(trade: World, tamala: Office) -> None:
    work = a_work()
    tamala.say(work)
    trade.run()
    assert tamala.heard() == [(f"work/{work.id}", "RA"), (f"work/{work.id}", "AS")]
