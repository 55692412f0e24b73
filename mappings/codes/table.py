"""A table of codes: a mapping that reads its CSV when it is first looked at."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from mappings.codes.rows import Cells, Row

R = TypeVar("R", bound=Row)
FOLDER = Path(__file__).parent


def read_cells(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV file with a header, in UTF-8."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


@lru_cache(maxsize=1)
def _sources() -> dict[str, tuple[str, str]]:
    return {row["table"]: (row["version"], row["source"]) for row in read_cells(FOLDER / "sources.csv")}


class Table(Mapping[str, R]):
    """Codes to rows, in the order of the file. Never changes; ``with_rows`` gives a longer one."""

    def __init__(self, name: str, build: Callable[[Cells], R], added: tuple[R, ...] = ()) -> None:
        self.table = name
        self._build = build
        self._added = added

    @cached_property
    def _rows(self) -> dict[str, R]:
        cells = read_cells(FOLDER / f"{self.table}.csv")
        rows = (self._build(Cells(line, self.version, self.source)) for line in cells)
        return {row.code: row for row in (*rows, *self._added)}

    @property
    def version(self) -> str:
        """Edition of the list the table follows."""
        return _sources()[self.table][0]

    @property
    def source(self) -> str:
        """Who keeps that list."""
        return _sources()[self.table][1]

    def __getitem__(self, code: str) -> R:
        return self._rows[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def name(self, code: str, lang: str = "en") -> str:
        """The name of a code in a language; the code itself when the table does not hold it."""
        row = self._rows.get(code)
        return code if row is None else row.name(lang)

    def with_rows(self, lines: Iterable[Mapping[str, str]], *, version: str = "", source: str = "own") -> "Table[R]":
        """A table with further rows (a row with a known code replaces it); ``lines`` have the columns of the CSV."""
        added = tuple(self._build(Cells(line, version, source)) for line in lines)
        return Table(self.table, self._build, (*self._added, *added))

    def with_file(self, path: Path, *, version: str = "") -> "Table[R]":
        """A table with the rows of a CSV of an installation's own, such as ``societies.csv`` of its data folder."""
        return self.with_rows(read_cells(path), version=version, source=path.name)
