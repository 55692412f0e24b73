"""The one command, ``kora``. A group is loaded only when it is called, so the two applications never meet in it.

``formats`` and ``id`` stand here: they open the files and hand bytes to the pure package ``formats``.
"""

import importlib

import click

GROUPS = {
    "node": ("local_node.cli:group", "The web application of one CMO."),
    "gateway": ("gateway.cli:group", "The shared service between the CMOs and their partners."),
    "demo": ("kora_demo:command", "Two nodes, the gateway and a simulated partner on this machine."),
    "simulate": ("kora:simulate", "Partners that speak the real bytes on a local port."),
    "formats": ("kora:formats", "Check, show and convert partner files, offline."),
    "id": ("kora:identifiers", "Check identifiers, offline."),
    "bench": ("kora:bench", "Measure; the figures as recorded stand in benchmarks/README.md."),
}


class Lazy(click.Group):
    """A group whose sub-commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        module, name = GROUPS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in GROUPS.items()])
