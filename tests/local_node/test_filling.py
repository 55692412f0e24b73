"""The share grid filled by buttons, keys and rows of a spreadsheet, as the server does it with and without script."""

from typing import Any

import pytest

from local_node.works.filling import divided, like_above, pasted, with_remainder
from tests.local_node.conftest import Browser


def line(**typed: Any) -> dict[str, Any]:
    empty = {"holder": "", "party": "", "keep": "", "role": "", "pr": "", "mr": "", "sr": "", "territory": ""}
    return empty | {"ours": True} | typed


def test_the_remainder_goes_on_one_line_for_each_right() -> None:
    lines = [line(holder="A", pr="50", mr="40,5"), line(holder="B", pr="25")]
    assert [(one["pr"], one["mr"]) for one in with_remainder(lines, 1)] == [("50", "40,5"), ("50.00", "59.50")]
    assert lines[1]["pr"] == "25"


def test_a_third_leaves_an_exact_remainder() -> None:
    lines = [line(pr="1/3", mr="0"), line(pr="", mr="100")]
    assert with_remainder(lines, 1)[1]["pr"] == "2/3"


def test_where_too_much_was_typed_the_remainder_changes_nothing() -> None:
    assert with_remainder([line(pr="60", mr="100"), line(pr="50")], 1)[1]["pr"] == "50"


def test_equal_parts_add_up_to_the_hundredth() -> None:
    parts = divided([line(holder="A"), line(holder="B"), line(), line(holder="C", sr="5")])
    assert [one["pr"] for one in parts] == ["33.34", "33.33", "", "33.33"]
    assert [one["sr"] for one in parts] == ["33.34", "33.33", "", "33.33"]


def test_the_line_above_gives_everything_but_the_right_holder() -> None:
    below = like_above([line(holder="A", role="C", pr="50", ours=False), line(holder="B", party="p2")], 1)[1]
    assert (below["holder"], below["party"], below["role"], below["pr"], below["ours"]) == ("B", "p2", "C", "50", False)


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_rows_of_a_spreadsheet_fill_the_grid_from_the_line_on(mark: str) -> None:
    rows = ["Name|Role|Performing|Mechanical", "محمد علي|c|25,5|٢٥|World|x", "Éditions Rive|E|74,5||France|"]
    text = "\r\n".join(rows).replace("|", mark)
    filled = pasted([line(holder="A")], 1, text, roles=("C", "E"), new=line)
    assert [one["holder"] for one in filled] == ["A", "محمد علي", "Éditions Rive"]
    assert [(one["role"], one["pr"], one["mr"], one["ours"]) for one in filled[1:]] == [
        ("C", "25,5", "٢٥", True),
        ("E", "74,5", "", False),
    ]


def test_a_role_the_class_does_not_have_is_left_to_choose() -> None:
    assert pasted([line()], 0, "A\tDIR\t100\t100", roles=("C",), new=line)[0]["role"] == ""


def test_the_page_fills_and_keeps_what_was_typed(awa: Browser) -> None:
    awa.open("/works/new?class=MW")
    address = "/works/new?class=MW"
    awa.send(address, do="paste-lines", pasted="AWA DIALLO\tCA\t60\t60\nBAKARY KEITA\tA\t10\t", titles__0__text="SONG")
    assert awa.fields()["interests-1-holder"] == "BAKARY KEITA"
    awa.send(address, do="rest-line-1")
    assert (awa.fields()["interests-1-pr"], awa.fields()["interests-1-mr"]) == ("40.00", "40.00")
    awa.send(address, do="up-line-1")
    assert awa.fields()["interests-0-holder"] == "BAKARY KEITA"
    awa.send(address, do="equal-lines")
    assert awa.fields()["interests-0-mr"] == "50.00"
    awa.send(address)
    assert awa.address.startswith("/works/0")
    assert "SONG" in awa.page


def test_with_script_only_the_grid_is_sent(awa: Browser) -> None:
    awa.open("/works/new?class=MW")
    data = awa.fields() | {"do": "add-line"}
    answer = awa.client.post("/works/new?class=MW", data=data, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith("<section")
    assert "interests-1-holder" in answer.text
    packed = awa.client.post(
        "/works/new?class=MW", data=data, headers={"HX-Request": "true", "Accept-Encoding": "gzip"}
    )
    assert len(packed.data) < 4_500


def test_a_copy_begins_with_everything_but_the_numbers(awa: Browser) -> None:
    awa.open("/works/new?class=MW")
    awa.send(
        "/works/new?class=MW", titles__0__text="SONG", interests__0__holder="AWA DIALLO", interests__0__role="CA",
        interests__0__pr="100", interests__0__mr="100", number_iswc="T-034.524.680-1",
    )  # fmt: skip
    number = awa.address.rpartition("/")[2]
    awa.open(f"/works/new?class=MW&from={number}")
    fields = awa.fields()
    assert (fields["titles-0-text"], fields["interests-0-holder"], fields["interests-0-pr"]) == (
        "SONG", "AWA DIALLO", "100.00",
    )  # fmt: skip
    assert (fields["number_iswc"], fields["interests-0-keep"], fields["version"]) == ("", "", "")


def test_save_and_next_leads_from_a_new_work_to_the_next_new_one(awa: Browser) -> None:
    awa.open("/works/new?class=MW")
    awa.send(
        "/works/new?class=MW", do="save-next", titles__0__text="SONG", interests__0__holder="AWA DIALLO",
        interests__0__role="CA", interests__0__pr="100", interests__0__mr="100",
    )  # fmt: skip
    assert awa.address == "/works/new"
    assert awa.fields()["titles-0-text"] == ""
