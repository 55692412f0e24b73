"""Keys for people who keep their hands on the keyboard, and drafts that outlive a lost session."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from local_node.works import queries as works
from tests.browser.conftest import PASSWORD, Site, faults
from tests.services import until

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def sign_in_again(page: Page) -> None:
    page.fill("#email", "documentation@tamala.example")
    page.fill("#password", PASSWORD)
    page.click("form.stackf button[type=submit]")


def stored(page: Page) -> str:
    """Everything the browser keeps of this site."""
    return str(page.evaluate("JSON.stringify(localStorage)"))


def lose_the_session(page: Page) -> None:
    """As after half an hour of silence: the browser's cookie counts no more."""
    page.context.clear_cookies()


def test_the_question_mark_shows_the_keys_and_they_can_be_switched_off(visit: Visit) -> None:
    page = visit("/works")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("row")).to_have_count(16)
    assert faults(page) == []
    dialog.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("?")
    expect(dialog).to_have_count(0)
    page.goto("/account/keys")
    page.get_by_label("Single keys are on").check()
    page.keyboard.press("Tab")
    page.goto("/works")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_g_and_a_letter_lead_to_a_section_and_j_and_k_through_the_rows(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/works")
    rows = page.locator("main tbody tr")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(place).locator("a").first).to_be_focused()
    target = rows.nth(1).locator("a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/exchange")


def test_no_single_key_counts_while_one_types(visit: Visit) -> None:
    page = visit("/works")
    page.focus("#q")
    page.keyboard.type("gw?jk")
    expect(page.locator("#q")).to_have_value("gw?jk")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_script_the_keys_are_a_page_that_the_footer_leads_to(visit: Visit) -> None:
    page = visit("/works", script=False)
    page.get_by_role("contentinfo").get_by_role("link", name="Keys").click()
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(16)


def test_a_work_typed_before_the_session_was_lost_is_offered_after_signing_in(visit: Visit, office_site: Site) -> None:
    page = visit("/works/new?class=MW")
    page.locator("[name=titles-0-text]").fill("SONG OF THE LOST LINE")
    page.get_by_role("button", name="Add a line").click()
    holders = page.locator("[name$=-holder]")
    expect(holders).not_to_have_count(1)
    lines = holders.count()
    holders.last.fill("SOMEBODY UNKNOWN")
    lose_the_session(page)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("The form may have been open too long.")).to_be_visible()
    page.goto("/works/new?class=MW")
    page.wait_for_url("**/sign-in**")
    sign_in_again(page)
    page.wait_for_url("**/works/new?class=MW")
    note = page.locator("#live .note", has_text="What you typed here before was kept")
    expect(note).to_be_visible()
    assert faults(page) == []
    note.get_by_role("button", name="Take it back").click()
    expect(page.locator("[name=titles-0-text]")).to_have_value("SONG OF THE LOST LINE")
    expect(page.locator("[name$=-holder]")).to_have_count(lines)
    expect(page.locator("[name$=-holder]").last).to_have_value("SOMEBODY UNKNOWN")
    assert office_site.ask(works.by_title, "SONG OF THE LOST LINE") == []
    page.get_by_role("button", name="Save as draft").click()
    page.wait_for_url("**/works/*-*")
    assert len(office_site.ask(works.by_title, "SONG OF THE LOST LINE")) == 1
    page.goto("/works/new?class=MW")
    expect(page.locator("#live .note")).to_have_count(0)
    assert "kora-draft" not in stored(page)


def test_a_draft_is_thrown_away_by_hand_and_by_signing_out(visit: Visit) -> None:
    page = visit("/works/new?class=MW")
    title = page.locator("[name=titles-0-text]")
    title.fill("NOT WANTED")
    until(lambda: "kora-draft" in stored(page), "the draft")
    page.reload()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.locator("#live .note")).to_have_count(0)
    page.reload()
    expect(page.locator("#live .note")).to_have_count(0)
    title.fill("SECRET UNTIL FRIDAY")
    until(lambda: "kora-draft" in stored(page), "the draft")
    page.goto("/account")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in**")
    assert "SECRET" not in stored(page)


def test_s24_birth_dates_are_not_kept_in_the_browser(visit: Visit) -> None:
    page = visit("/right-owners/new")
    page.locator("[name$=name]").first.fill("CEESAY")
    born = page.locator("[name*=birth]").first
    born.fill("1970-02-03")
    until(lambda: "kora-draft" in stored(page), "the draft")
    assert "CEESAY" in stored(page)
    assert "1970" not in stored(page)
