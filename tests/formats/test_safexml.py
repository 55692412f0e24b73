"""XML from strangers: read when it is plain, refused when it wants entities, document types or other files."""

import ast
import io
from pathlib import Path

import pytest

from formats import safexml
from formats.safexml import Refused

ROOT = Path(__file__).parents[2]
PACKAGES = ("formats", "mappings", "queues", "connectors", "gateway", "local_node", "interface")

BILLION = b"""<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;">]>
<a>&c;</a>"""
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
OUTSIDE_TYPE = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'


def test_a_plain_document_is_read() -> None:
    root = safexml.parse("<works><work id='1'>ÉTÉ</work></works>".encode())
    assert [(work.get("id"), work.text) for work in root] == [("1", "ÉTÉ")]


@pytest.mark.parametrize("content", [BILLION, OUTSIDE, OUTSIDE_TYPE])
def test_document_types_and_entities_are_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        safexml.parse(content)
    assert refused.value.problem.code == "KORA-XML-DOCTYPE"
    with pytest.raises(Refused) as refused:
        list(safexml.elements(io.BytesIO(content), "a"))
    assert refused.value.problem.code == "KORA-XML-DOCTYPE"


def test_what_is_not_well_formed_says_where() -> None:
    with pytest.raises(Refused) as refused:
        safexml.parse(b"<works>\n<work>\n</works>")
    assert (refused.value.problem.code, refused.value.problem.line) == ("KORA-XML-NOT-WELL-FORMED", 3)


def test_a_document_that_is_too_large_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safexml, "LARGEST_DOCUMENT", 10)
    with pytest.raises(Refused) as refused:
        safexml.parse(b"<works><work/></works>")
    assert refused.value.problem.code == "KORA-XML-TOO-LARGE"


def test_large_documents_come_element_by_element_and_are_forgotten() -> None:
    content = b"<works>" + b"".join(b"<work><id>%d</id></work>" % number for number in range(50_000)) + b"</works>"
    seen, largest = 0, 0
    for work in safexml.elements(io.BytesIO(content), "work"):
        assert work.findtext("id") == str(seen)
        seen += 1
        parent = work.getparent()
        assert parent is not None
        largest = max(largest, len(parent))
    assert seen == 50_000
    assert largest < 6_000  # what one chunk holds, not the document


def test_a_large_document_cut_short_gives_what_was_complete_and_then_the_fault() -> None:
    found = []
    with pytest.raises(Refused) as refused:
        found.extend(work.text for work in safexml.elements(io.BytesIO(b"<works><work>1</work><wo"), "work"))
    assert refused.value.problem.code == "KORA-XML-NOT-WELL-FORMED"


def test_a_schema_tells_every_fault() -> None:
    schema = safexml.schema(
        b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="work"><xs:complexType>
        <xs:attribute name="share" type="xs:integer" use="required"/></xs:complexType></xs:element></xs:schema>"""
    )
    assert safexml.faults(safexml.parse(b'<work share="50"/>'), schema) == []
    (fault,) = safexml.faults(safexml.parse(b'<work share="half"/>'), schema)
    assert (fault.code, fault.line) == ("KORA-XML-SCHEMA", 1)
    assert "half" in str(fault.params["detail"])


def test_nobody_else_parses_xml() -> None:
    """S-50: one module gives the only parser, and the parsers of the standard library are not used at all."""
    offenders = []
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if path == ROOT / "formats" / "safexml.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
                module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
                if any(name.startswith(("xml.", "lxml")) or name == "xml" for name in (*names, module)):
                    offenders.append(str(path.relative_to(ROOT)))
    assert offenders == []
