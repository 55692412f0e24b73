"""Rules that hold for every file of the project: secrets, SQL text, timers in the broker, unsafe loaders."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("formats", "mappings", "queues", "connectors", "gateway", "local_node", "interface")
SOURCES = sorted([ROOT / "kora.py", *(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))])

SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}"
    r"|(?i:(?:password|secret|token)\s*=\s*[\"'][^\"'\s{}]{12,}[\"'])"
)


def calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_s54_and_s56_no_unsafe_loader_and_no_sql_from_pieces(path: Path) -> None:
    for call in calls(path):
        where = f"{path.relative_to(ROOT)}:{call.lineno}"
        assert name_of(call) not in {"eval", "exec", "pickle.loads", "pickle.load", "yaml.load", "marshal.loads"}, where
        if name_of(call) in {"text", "sqlalchemy.text"} and call.args:
            assert isinstance(call.args[0], ast.Constant), f"{where}: SQL is written whole, values are bound"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_timer_is_left_to_the_broker(path: Path) -> None:
    for call in calls(path):
        timers = {keyword.arg for keyword in call.keywords} & {"countdown", "eta"}
        assert not timers, f"{path.relative_to(ROOT)}:{call.lineno}: a due time is a column, not a timer of the broker"


def test_s60_no_secret_stands_in_the_tree() -> None:
    found = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        skipped = inside.parts[0] in {".git", ".venv", "kora-data", "build"}
        if skipped or not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{inside}: {match.group(0)[:20]}" for match in SECRET.finditer(text) if inside.parts[0] != "tests"]
    assert found == []
