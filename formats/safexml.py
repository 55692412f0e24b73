"""The only parser of XML: no entities, no document type, no network, whatever the document asks for.

Whole documents by :func:`parse`, large ones element by element by :func:`elements`. Both refuse a document with a
document type or an entity, because no partner needs one and every known attack does.
"""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from formats.problems import Problem

LARGEST_DOCUMENT = 64 << 20
"""Bytes of a document that is held whole; larger ones are streamed."""
_CHUNK = 1 << 16


class Refused(ValueError):
    """A document that is not read. ``problem`` says why and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


def parse(content: bytes) -> etree._Element:
    """The root of a document. Raises Refused: not well-formed, too large, with a document type or an entity."""
    if len(content) > LARGEST_DOCUMENT:
        raise Refused(Problem("KORA-XML-TOO-LARGE"))
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        raise Refused(_not_well_formed(error)) from error
    _refuse_types(root.getroottree())
    for node in root.iter(etree.Entity):
        raise Refused(Problem("KORA-XML-ENTITY", line=node.sourceline))
    return root


def elements(stream: BinaryIO, name: str) -> Iterator[etree._Element]:
    """Every element of a name (``{namespace}local``) as soon as it is complete, in constant memory.

    An element is emptied when the next one is asked for. Raises Refused, at the latest where the fault stands.
    """
    events = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )
    judged = False
    try:
        while chunk := stream.read(_CHUNK):
            events.feed(chunk)
            for event, element in events.read_events():
                if not judged:
                    _refuse_types(element.getroottree())
                    judged = True
                if event == "end" and element.tag == name:
                    for node in element.iter(etree.Entity):
                        raise Refused(Problem("KORA-XML-ENTITY", line=node.sourceline))
                    yield element
                    _forget(element)
        events.close()
    except etree.XMLSyntaxError as error:
        raise Refused(_not_well_formed(error)) from error


def schema(content: bytes) -> etree.XMLSchema:
    """A schema of ours, compiled. Only files of this repository are given to it."""
    return etree.XMLSchema(parse(content))


def faults(root: etree._Element, against: etree.XMLSchema) -> list[Problem]:
    """Where a document differs from a schema: line, and what the schema says."""
    against.validate(root)
    return [
        Problem("KORA-XML-SCHEMA", line=entry.line, column=entry.column or None, params={"detail": entry.message})
        for entry in against.error_log
    ]


def _refuse_types(tree: etree._ElementTree) -> None:
    if tree.docinfo.internalDTD is not None or tree.docinfo.doctype:
        raise Refused(Problem("KORA-XML-DOCTYPE", line=1))


def _not_well_formed(error: etree.XMLSyntaxError) -> Problem:
    line, column = error.position
    return Problem("KORA-XML-NOT-WELL-FORMED", line=line or None, column=column or None, params={"detail": error.msg})


def _forget(element: etree._Element) -> None:
    """Free an element that was used, and its siblings before it that the parent still holds."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
