"""The pages in a real browser: the cookie over loopback, axe, reading order, sideways scrolling."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "awa@tamala.example", "a calm sentence about rivers"


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, site, serve):
    site.app.logger.disabled = True
    address = serve(site.app)
    contexts = []

    def open_page(width=1280, scheme="light", language="en") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, locale="en-GB", base_url=address
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        if language != "en":
            page.click(f"button[lang={language}]")
        return page

    yield open_page
    for context in contexts:
        context.close()


def enter(page: Page) -> None:
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("form.stackf button[type=submit]")
    page.wait_for_url("**/")


def test_the_host_cookie_holds_over_plain_loopback(visit):
    page = visit()
    enter(page)
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
        "__Host-kora-node", True, True, "Lax", "/",
    )  # fmt: skip
    assert page.evaluate("document.cookie") == ""
    page.reload()
    assert page.inner_text("h1") == "أغنية النهر"


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "light", "en"), (360, "dark", "en"), (1280, "dark", "ar"), (360, "light", "ar")],
)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(visit, width, scheme, language):
    page = visit(width, scheme, language)
    found = {"sign-in": faults(page)}
    enter(page)
    for path in ("/", "/account", "/account/password", "/nowhere"):
        page.goto(path)
        found[path] = faults(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert found == {path: [] for path in found}


def faults(page: Page) -> list[str]:
    return [rule["id"] for rule in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_share_stands_on_the_line_of_its_name_in_both_directions(visit, language):
    page = visit(language=language)
    enter(page)
    lines = page.locator("ul.ints li")
    assert lines.count() == 2
    for line in lines.all():
        name, share = (part.bounding_box() for part in line.locator("bdi").all())
        assert abs(name["y"] - share["y"]) < 3
        assert (name["x"] < share["x"]) == (language == "en")
        assert line.locator("bdi").nth(1).inner_text() in ("C 50.00", "A 30.00")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_decimals_of_a_column_stand_under_each_other_in_both_directions(visit, language):
    page = visit(language=language)
    enter(page)
    cells = page.locator("table.stack tbody td.n[data-l='Performing %'] bdi")
    ends = {round(cell.bounding_box()["x"] + cell.bounding_box()["width"]) for cell in cells.all()}
    assert len(ends) == 1


def test_the_policy_stops_inline_code_and_our_pages_need_none(visit):
    page = visit()
    said = []
    page.on("console", lambda message: said.append(message.text))
    enter(page)
    page.goto("/account")
    assert said == []
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    )
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in line for line in said)


def test_a_menu_opens_by_keyboard_and_escape_gives_the_focus_back(visit):
    page = visit()
    enter(page)
    page.focus("details.drop summary")
    page.keyboard.press("Enter")
    assert page.locator("button[lang=fr]").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("button[lang=fr]").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_the_password_can_be_shown_and_pasted(visit):
    page = visit()
    page.fill("#password", PASSWORD)
    page.check("[data-shows=password]")
    assert page.get_attribute("#password", "type") == "text"
    assert page.get_attribute("#password", "autocomplete") == "current-password"


def test_everything_works_without_scripts(chromium, site, serve):
    context = chromium.new_context(java_script_enabled=False, locale="en-GB", base_url=serve(site.app))
    page = context.new_page()
    page.goto("/works/1")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("form.stackf button[type=submit]")
    assert page.inner_text("body") == "one"
    page.goto("/")
    page.click("details.drop summary")
    page.click("details.drop button[lang=ar]")
    assert page.get_attribute("html", "dir") == "rtl"
    context.close()


def test_two_minutes_before_the_end_a_person_can_stay_with_one_key(visit):
    page = visit()
    enter(page)
    page.evaluate("document.getElementById('ending').dataset.seconds = '121'")
    page.evaluate("document.dispatchEvent(new Event('htmx:afterRequest'))")
    page.wait_for_selector("[data-stay]:focus")
    page.evaluate("document.getElementById('ending').dataset.seconds = '1800'")
    with page.expect_response("**/account/stay") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 204
    page.wait_for_selector("[data-stay]", state="detached")
