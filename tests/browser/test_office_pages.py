"""The node's pages under the hands of somebody: the share grid by keys, lookup, likenesses, lists, settings."""

import gzip
import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from local_node.right_owners import queries as right_owners
from local_node.works import queries as works
from tests.browser.conftest import Site, faults

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Page]
NEW = "/works/new?class=MW"


def field(page: Page, name: str) -> str:
    return str(page.input_value(f"[name={name}]"))


def fill(page: Page, line: int, **typed: str) -> None:
    for name, text in typed.items():
        page.fill(f"[name=interests-{line}-{name}]", text)


def sum_of(page: Page, right: str) -> str:
    return " ".join(page.inner_text(f"[data-sum={right}]").split())


def test_sums_follow_while_somebody_types(visit: Visit) -> None:
    page = visit(NEW)
    for text, said in (
        ("25", "25.00 75.00 missing"),
        ("33,5", "33.50 66.50 missing"),
        ("٢٥", "25.00 75.00 missing"),
        ("1/3", "33.33 66.67 missing"),
        ("125", "125.00 25.00 too much"),
        ("99.95", "99.95 complete"),
        ("", "0.00 nothing"),
    ):
        fill(page, 0, pr=text)
        assert sum_of(page, "pr").removeprefix("Performing right ").endswith(said), text
    assert not page.is_visible("[data-sum=sr]")


def test_the_grid_is_filled_by_keys_alone(visit: Visit, office_site: Site) -> None:
    page = visit(NEW)
    page.fill("[name=titles-0-text]", "SONG BY KEYS")
    fill(page, 0, holder="AMINATA BY KEYS", pr="60", mr="60")
    page.select_option("[name=interests-0-role]", "CA")
    page.focus("[name=interests-0-mr]")
    page.keyboard.press("Enter")
    expect(page.locator("[name=interests-1-holder]")).to_be_focused()
    page.keyboard.type("BINTA BY KEYS")
    page.keyboard.press("Control+d")
    expect(page.locator("[name=interests-1-pr]")).to_have_value("60")
    assert (field(page, "interests-1-holder"), field(page, "interests-1-role")) == ("BINTA BY KEYS", "CA")
    fill(page, 1, pr="", mr="")
    page.click("button[value=rest-line-1]")
    expect(page.locator("[name=interests-1-pr]")).to_have_value("40.00")
    page.focus("[name=interests-1-holder]")
    page.keyboard.press("Control+ArrowUp")
    expect(page.locator("[name=interests-0-holder]")).to_be_focused()
    assert field(page, "interests-0-holder") == "BINTA BY KEYS"
    page.keyboard.press("Control+ArrowDown")
    expect(page.locator("[name=interests-1-holder]")).to_be_focused()
    assert page.inner_text("#titles h2") == "Titles"
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile("/works/0"))
    (row,) = office_site.ask(works.by_title, "SONG BY KEYS")
    assert [one.shares["PR"] for one in row.interests] == ["60.00", "40.00"]


def test_control_enter_saves_and_goes_on_to_the_next(visit: Visit) -> None:
    page = visit(NEW)
    page.fill("[name=titles-0-text]", "FIRST OF TWO")
    fill(page, 0, holder="NOBODY ELSE", pr="100", mr="100")
    page.select_option("[name=interests-0-role]", "CA")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".toast")
    assert page.url.endswith(NEW)
    assert field(page, "titles-0-text") == ""


def test_rows_of_a_spreadsheet_are_pasted_into_the_grid(visit: Visit) -> None:
    page = visit(NEW)
    page.focus("[name=interests-0-holder]")
    page.evaluate(
        """() => {
        const data = new DataTransfer();
        data.setData("text", "محمد علي\\tC\\t25\\t25\\nAÏSSATOU\\tA\\t75\\t50\\tFrance\\tno");
        const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
        document.activeElement.dispatchEvent(paste);
        }"""
    )
    page.wait_for_selector("[name=interests-1-holder]")
    assert [field(page, f"interests-{line}-holder") for line in (0, 1)] == ["محمد علي", "AÏSSATOU"]
    assert [page.is_checked(f"[name=interests-{line}-ours]") for line in (0, 1)] == [True, False]
    assert sum_of(page, "mr").endswith("75.00 25.00 missing")


def test_a_right_holder_is_found_before_it_is_typed_out(visit: Visit, office_site: Site) -> None:
    page = visit(NEW)
    page.focus("[name=interests-0-holder]")
    page.keyboard.type("keita")
    option = page.locator("#found [data-id]").first
    option.wait_for()
    text = option.inner_text()
    assert "KEITA" in text.upper()
    assert re.search(r"IPI \d{11} · \d+ works?", text)
    assert faults(page) == []
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("[name=interests-0-holder]", "aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Enter")
    assert not page.is_visible("#found")
    chosen = office_site.ask(right_owners.get, field(page, "interests-0-party"))
    assert chosen is not None
    assert page.locator("#grid tbody tr").count() == 1
    page.keyboard.type("x")
    page.keyboard.press("Escape")
    assert page.get_attribute("[name=interests-0-holder]", "aria-expanded") == "false"


def test_a_new_right_owner_is_made_without_leaving_the_work(visit: Visit, office_site: Site) -> None:
    page = visit(NEW)
    page.fill("[name=titles-0-text]", "KEPT WHILE THE DIALOG IS OPEN")
    page.focus("[name=interests-0-holder]")
    page.keyboard.type("Penda Without Record")
    page.click("#found [data-new]")
    page.wait_for_selector("dialog[open]")
    assert page.input_value("dialog [name=first_name]") == "Penda Without"
    assert faults(page) == []
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog", state="detached")
    assert field(page, "interests-0-holder") == "Penda Without Record"
    assert office_site.ask(right_owners.get, field(page, "interests-0-party")).names[0].name == "Record"
    assert field(page, "titles-0-text") == "KEPT WHILE THE DIALOG IS OPEN"


def test_a_number_is_judged_while_it_is_typed(visit: Visit) -> None:
    page = visit(NEW)
    page.fill("[name=number_iswc]", "T0345246802")
    expect(page.locator("#number_iswc-said")).to_contain_text("The check digit does not fit")
    page.fill("[name=number_iswc]", "T0345246801")
    expect(page.locator("#number_iswc-said")).to_contain_text("T-034.524.680-1")
    assert faults(page) == []


def a_likeness(page: Page) -> None:
    page.goto("/right-owners/new")
    page.fill("[name=names-0-name]", "KEITA-SARR")
    page.fill("[name=names-0-first_name]", "Moussa")
    page.click("button[value=save]")


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (360, "dark", "ar")])
def test_likenesses_are_shown_before_anything_is_saved(visit: Visit, width: int, scheme: str, language: str) -> None:
    page = visit(width=width, scheme=scheme, language=language)
    a_likeness(page)
    assert page.is_visible("#alike")
    assert "MOUSSA KEITA-SARR" in page.inner_text("#alike").upper()
    assert faults(page) == []


PAGES = (
    "/", "/works?sort=title", "/works?state=blocked&size=25", "/right-owners?lacks=latin", NEW, "/right-owners/new",
    "/settings", "/settings/partners", "/settings/people", "/settings/classes", "/settings/classes/MW",
    "/settings/classes/new", "/setup", "/setup?step=data",
)  # fmt: skip


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "light", "en"), (1280, "dark", "ar"), (360, "dark", "en"), (360, "light", "ar")],
)
def test_the_pages_fit_and_axe_finds_nothing(visit: Visit, width: int, scheme: str, language: str) -> None:
    page = visit(width=width, scheme=scheme, language=language, role="admin")
    found = {}
    for path in PAGES:
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        found[path] = faults(page)
    assert found == {path: [] for path in PAGES}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_share_stands_with_its_name_in_both_directions(
    visit: Visit, office_site: Site, width: int, language: str
) -> None:
    (row,) = office_site.ask(works.by_title, "HARBOUR LIGHTS AT NOON")
    page = visit(f"/works/{row.id}", width=width, language=language)
    lines = page.locator("#grid tbody tr").all()
    assert len(lines) == 3
    bottom = 0.0
    for place, line in enumerate(lines):
        boxes = {name: line.locator(f"[name$=-{name}]").bounding_box() for name in ("holder", "role", "pr", "mr")}
        holder, role, performing, mechanical = (boxes[name] for name in ("holder", "role", "pr", "mr"))
        assert holder and role and performing and mechanical
        assert holder["y"] >= bottom
        bottom = max(box["y"] + box["height"] for box in boxes.values() if box)
        if width == 1280:
            assert max(abs(box["y"] - holder["y"]) for box in (role, performing, mechanical)) < 3
            ordered = [holder["x"], role["x"], performing["x"], mechanical["x"]]
            assert ordered == sorted(ordered, reverse=language == "ar")
        stored = row.interests[place]
        assert field(page, f"interests-{place}-pr") == stored.shares["PR"]
        assert page.get_attribute(f"[name=interests-{place}-pr]", "dir") == "ltr"


def test_a_list_is_narrowed_kept_and_opened_again_without_script(visit: Visit) -> None:
    page = visit("/works", script=False)
    page.select_option("#class", "MW")
    page.click("form.filter button")
    assert "class=MW" in page.url
    page.click("thead a >> nth=0")
    assert "sort=title" in page.url
    titles = page.locator("tbody th a").all_inner_texts()
    page.click("main details.noprint > summary")
    page.fill("main details.noprint form[action='/filters/works'] [name=name]", "Music by title")
    page.click("main details.noprint form[action='/filters/works'] button")
    page.goto("/works")
    page.click("main details.noprint > summary")
    page.click("text=Music by title")
    assert page.locator("tbody th a").all_inner_texts() == titles


def test_a_work_is_typed_without_script_by_buttons(visit: Visit, office_site: Site) -> None:
    page = visit(NEW, script=False)
    page.fill("[name=titles-0-text]", "SONG BY BUTTONS")
    page.click("#grid footer summary")
    page.fill("[name=pasted]", "ONE BY BUTTONS\tC\nTWO BY BUTTONS\tA")
    page.click("button[value=paste-lines]")
    page.click("button[value=equal-lines]")
    assert [field(page, f"interests-{line}-mr") for line in (0, 1)] == ["50.00", "50.00"]
    page.click("button[value=save]")
    (row,) = office_site.ask(works.by_title, "SONG BY BUTTONS")
    assert row.status == "registered"


def test_the_first_visit_of_a_work_stays_under_sixty_kilobytes_and_later_ones_under_twelve(
    visit: Visit, office_site: Site
) -> None:
    page = visit("/")
    (row,) = office_site.ask(works.by_title, "HARBOUR LIGHTS AT NOON")
    page.goto(f"/works/{row.id}")
    addresses = page.evaluate(
        "[...document.querySelectorAll('link[href],script[src]')].map((one) => one.href || one.src)"
    )
    icons = page.evaluate("document.querySelector('use').getAttribute('href').split('#')[0]")
    weight = {address: _weight(address, "") for address in {*addresses, f"{office_site.address}{icons}"}}
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    later = {path: _weight(office_site.address + path, cookie) for path in (f"/works/{row.id}", NEW, "/works", "/")}
    assert max(later.values()) < 12_000, later
    assert sum(weight.values()) + max(later.values()) < 60_000, weight
    scripts = sum(number for address, number in weight.items() if ".js" in address)
    assert scripts < 25_000


def _weight(address: str, cookie: str) -> int:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip", "Cookie": cookie})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        body: bytes = answer.read()
    assert len(body) < 500 or gzip.decompress(body)
    return len(body)
