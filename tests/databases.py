"""Databases of the PostgreSQL server of a test run: made by copying, dropped after each test."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine, MetaData, create_engine, make_url, text

import queues
from queues import databases

BOTH = pytest.mark.on("sqlite", "postgresql")
"""Marks a test that holds on both databases; it uses the fixture ``on``, mostly through others."""
POSTGRESQL = pytest.mark.on("postgresql")


@dataclass
class Databases:
    """Databases by name; ``copied`` begins from a copy of one that was filled once."""

    server: str
    prefix: str
    _engine: Engine = field(init=False)
    _made: dict[str, str] = field(default_factory=dict)
    _patterns: dict[str, str] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._engine = create_engine(self.server, isolation_level="AUTOCOMMIT")

    def named(self, name: str) -> str:
        """The URL of the database of this name; it is made at the first question."""
        if name not in self._made:
            self._made[name] = self._create("template0")
        return self._url(self._made[name])

    def copied(self, name: str, pattern: str, fill: Callable[[Engine], None]) -> str:
        """Like ``named``, begun as a copy of the database ``pattern``, which ``fill`` filled once."""
        if name not in self._made:
            if pattern not in self._patterns:
                made = self._create("template0")
                engine = queues.open_database(self._url(made))
                fill(engine)
                engine.dispose()
                self._patterns[pattern] = made
            self._made[name] = self._create(self._patterns[pattern])
        return self._url(self._made[name])

    def drop_all(self) -> None:
        """Drop what the test made; a connection it forgot is cut."""
        for made in self._made.values():
            self._drop(made)
        self._made.clear()

    def close(self) -> None:
        self.drop_all()
        for made in self._patterns.values():
            self._drop(made)
        self._engine.dispose()

    def _create(self, template: str) -> str:
        made = f"{self.prefix}_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {made} TEMPLATE {template} STRATEGY file_copy")
        return made

    def _drop(self, made: str) -> None:
        databases.drop(self._url(made))

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def _url(self, made: str) -> str:
        return make_url(self.server).set(database=made).render_as_string(hide_password=False)


def all_tables(*metadata: MetaData) -> Callable[[Engine], None]:
    """Fills a database with these tables."""

    def fill(engine: Engine) -> None:
        for one in metadata:
            one.create_all(engine)

    return fill
