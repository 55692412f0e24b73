"""The pieces pages are built from: what they say to people, to screen readers, and in both directions."""

import pytest
from flask import render_template_string
from lxml import html

import interface


@pytest.fixture
def draw(site):
    def render(source, **values):
        with site.app.test_request_context("/"):
            page = render_template_string('{% import "interface/macros.html" as k %}' + source, **values)
        return html.fragment_fromstring(page, create_parent="main")

    return render


@pytest.mark.parametrize(
    ("kind", "colour", "shape"),
    [
        ("ok", "ok", "i-ok"),
        ("warn", "warn", "i-warn"),
        ("bad", "bad", "i-bad"),
        ("wait", "wait", "i-wait"),
        ("off", "wait", "i-off"),
        ("info", "wait", "i-info"),
    ],
)
def test_a_state_is_a_word_a_shape_and_a_colour(draw, kind, colour, shape):
    (state,) = draw("{{ k.pill('no match found', kind) }}", kind=kind).find_class("st")
    assert set(state.get("class").split()) == {"st", colour, "pill"}
    assert state.text_content() == "no match found"
    assert state.xpath(".//use/@href")[0].endswith(f"icons.svg#{shape}")


def test_every_icon_named_by_a_macro_is_in_the_sprite(site):
    sprite = site.app.extensions["kora_assets"]
    text = sprite.get(sprite.url("icons.svg").split("/")[2], "icons.svg").body.decode()
    page = site.signed_in().get("/").text
    used = set(html.fromstring(page).xpath("//use/@href"))
    assert len(used) > 10
    for address in used:
        assert f'id="{address.split("#")[1]}"' in text


def test_one_interest_is_one_line_with_the_name_apart_from_role_and_share(draw):
    people = [{"name": "محمد", "lang": "ar", "role": "C", "share": 5000}, {"name": "Мария", "role": "A", "share": None}]
    lines = draw("{{ k.interest_list(people) }}", people=people).xpath(".//li")
    assert [[(part.text_content(), part.get("dir"), part.get("lang")) for part in line] for line in lines] == [
        [("محمد", None, "ar"), ("C 50.00", "ltr", None)],
        [("Мария", None, None), ("A", "ltr", None)],
    ]


def test_a_number_cell_isolates_the_number_and_bears_the_label_for_phones(draw):
    (cell,) = draw("{{ k.money_cell('Paid', -120450, 'GMD') }}").xpath(".//td") or [None]
    assert (cell.get("class"), cell.get("data-l"), cell.get("role")) == ("n", "Paid", "cell")
    assert cell.xpath("./bdi/@dir") == ["ltr"]
    assert cell.text_content() == "GMD -1,204.50"


def test_zero_is_a_dash_in_money_columns_unless_asked_for(draw):
    assert draw("{{ k.money_cell('Paid', 0) }}").text_content() == "–"
    assert draw("{{ k.money_cell('Difference', 0, zero_dash=false) }}").text_content() == "0.00"
    assert draw("{{ k.number(none) }}").text_content() == "–"


def test_the_life_line_breaks_after_the_stop_and_says_what_to_do(draw):
    steps = [
        {"title": "Sent", "at": "08:50:31"},
        {"title": "Refused", "state": "stop", "text": "98.00"},
        {"title": "Correct", "state": "todo"},
    ]
    line = draw("{{ k.life_line(steps, row=true) }}", steps=steps)
    assert line.xpath(".//ol/@class") == ["life row"]
    assert [step.get("class") for step in line.xpath(".//li")] == [None, "stop", "todo"]
    assert line.xpath(".//time")[0].text_content() == "08:50:31"


def test_a_wrong_field_is_tied_to_its_hint_and_its_error(site, token):
    client = site.signed_in()
    page = client.get("/")
    answer = html.fromstring(
        client.post("/", data={"title": "", "language": "ar", "csrf_token": token(page.text)}).text
    )
    (title,) = answer.xpath('//input[@id="title"]')
    assert title.get("aria-invalid") == "true"
    assert title.get("aria-describedby") == "title-hint title-error"
    assert answer.xpath('//*[@id="title-error"]')[0].text_content().strip() == "This field is required."
    (note,) = answer.xpath('//div[contains(@class,"note bad")]')
    assert note.get("role") == "alert"
    assert note.xpath(".//a/@href") == ["#title"]


def test_the_current_step_section_and_crumb_are_marked(site):
    page = html.fromstring(site.signed_in().get("/").text)
    assert page.xpath('//nav[@id="menu"]//a[@aria-current="page"]/text()') == ["Home"]
    assert page.xpath('//ol[@class="steps"]/li[@aria-current="step"]/text()') == ["3. Check"]
    assert page.xpath('//div[@class="crumbs"]//*[@aria-current="page"]')[0].text_content() == "أغنية النهر"


def test_tables_keep_their_roles_when_rows_become_cards(site):
    page = html.fromstring(site.signed_in().get("/").text)
    (table,) = page.xpath('//table[contains(@class,"stack")]')
    assert table.get("role") == "table"
    assert set(table.xpath(".//tr/@role")) == {"row"}
    assert set(table.xpath(".//td/@role")) == {"cell"}
    assert table.getparent().get("tabindex") == "0"
    assert table.getparent().get("aria-label") == "Interests"


def test_the_frame_comes_in_the_order_people_hear_it(site):
    page = html.fromstring(site.signed_in().get("/").text)
    order = [part.tag for part in page.xpath("/html/body/*")]
    assert order == ["a", "header", "nav", "main", "footer"]
    assert page.xpath("/html/body/a/@href") == ["#main"]
    assert page.xpath("//main//aside") != []


def test_the_console_of_the_gateway_has_the_indigo_bar_and_the_node_has_not(make_site):
    for edition, expected in (("node", []), ("gateway", ["ops"])):
        site = make_site(edition)
        site.person()
        assert html.fromstring(site.signed_in().get("/").text).xpath("/html/body/@class") == expected


def test_the_undo_line_posts_with_the_token_and_is_read_aloud(site):
    with site.app.test_request_context("/"):
        interface.say("Saved 09:41", undo="/undo/7")
        page = html.fromstring(
            "<main>" + render_template_string('{% import "interface/macros.html" as k %}{{ k.flashes() }}') + "</main>"
        )
    (line,) = page.xpath('.//div[@role="status"]')
    assert line.xpath("./span/text()") == ["Saved 09:41"]
    (form,) = line.xpath("./form")
    assert (form.get("method"), form.get("action")) == ("post", "/undo/7")
    assert form.xpath('./input[@name="csrf_token"]/@value') != [""]
