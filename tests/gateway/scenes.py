"""Scenes that several tests look at: a console with everything in it, and what it takes to get there."""

from dataclasses import replace
from pathlib import Path

from connectors.cisnet.simulator import Simulator
from gateway.gateway import Gateway, open_gateway
from gateway.members import operations as members
from gateway.partners.connectors import partners_of
from tests.builders import a_published_work, a_publisher, a_right_owner, a_work, an_interest, shares
from tests.connectors.partner import Clock
from tests.gateway.world import BARAKA, TAMALA, World, settings_for


def misconfigured(folder: Path, simulator: Simulator, clock: Clock, *, version: str) -> World:
    """A gateway that was told to send a version of CWR that nobody writes: its work for the partner parks."""
    settings = settings_for(folder, simulator.start())
    partners = {name: replace(one, version=version) for name, one in partners_of(settings).items()}
    return World(folder, open_gateway(settings, partners=partners, now=clock), clock, simulator)


def repaired(world: World) -> None:
    """The same gateway after its settings were put right and it was started again."""
    again(world, open_gateway(world.gateway.settings, now=world.clock))


def again(world: World, gateway: Gateway) -> None:
    """The gateway as it comes up after a stop."""
    world.gateway.close()
    world.gateway = gateway
    world.__post_init__()


def busy(world: World) -> None:
    """Two offices with works in every state, one that waits for approval, an answer nobody asked for, a pause."""
    tamala, baraka = world.office(TAMALA), world.office(BARAKA)
    writer = a_right_owner("KEITA", "SALIOU", number=9, own_script="كيتا")
    tamala.say(writer)
    tamala.say(a_work("RIVER MARKET", number=1, interests=(an_interest(party=writer),)))
    tamala.say(a_published_work("أغنية الشاطئ", number=2))
    tamala.post("kora.work.registered.v1", "work/none", {"titles": "none"})
    world.run()
    baraka.say(
        a_work(
            "RIVER MARKET",
            number=44,
            interests=(
                an_interest("E", a_publisher(), shares=shares(50, 100, 100)),
                an_interest("CA", writer, shares=shares(50, 0, 0)),
            ),
        )
    )
    world.run()
    waiting = a_work("SONG THAT WAITS", number=5)
    tamala.say(waiting)
    world.carry()
    world.office(("996", "SOCIETY WITH A VERY LONG OFFICIAL NAME OF COMPOSERS AND LYRICISTS"), approved=False)
    world.do(members.add, society="995", name="ILHA AUTORES")
