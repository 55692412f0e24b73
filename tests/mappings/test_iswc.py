"""Works and their numbers at the ISWC network: what is submitted, chains of merges, and claims that differ."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.iswc.rules import check
from formats.iswc.transactions import Origin, Party, Performer, Title
from mappings.cwr.answers import NoLatinTitle, NotExpressible
from mappings.iswc import Claim, Link, from_work, preferred, reconcile
from mappings.iswc.chains import MOST_STEPS, parents
from mappings.model import Annex, Identifier, Work
from mappings.model import Party as Owner
from mappings.model import Title as WorkTitle
from tests.builders import a_publisher, a_right_owner, a_work, an_interest, an_ipi, an_iswc, shares

A, B, C, D = (an_iswc(number) for number in range(1, 5))
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_a_work_goes_with_its_titles_creators_and_the_publishers_that_have_a_number() -> None:
    nobody = replace(a_publisher("NO NUMBER MUSIC", number=501), identifiers=())
    work = a_work(
        number=7,
        titles=(
            WorkTitle("أغنية الساحل", "AT", "ar", "Arab"),
            WorkTitle("Chanson du rivage", script="Latn"),
            WorkTitle("Ughniyat as-sahil", script="Latn", accepted=False),
            WorkTitle("Chœur du rivage", "TT", script="Latn"),
        ),
        interests=(
            an_interest("E", a_publisher(), shares=shares(50, 100, 100)),
            an_interest("E", nobody),
            an_interest("PUB", a_publisher(number=502)),
            an_interest("CA", a_right_owner("DIALLO", "AWA")),
        ),
    )
    sent = from_work(work, agency="997", source_db="997")
    assert sent.submission.title == "CHANSON DU RIVAGE"
    assert sent.submission.titles == (Title("أغنية الساحل", "AT", "ar"), Title("CHOEUR DU RIVAGE", "TT"))
    assert sent.submission.parties == (
        Party(an_ipi(700_000_500), "E", None, "NORTH WIND MUSIC"),
        Party(an_ipi(700_000_001), "CA", None, "DIALLO, AWA"),
    )
    assert (sent.submission.work_code, sent.submission.category, sent.places) == ("W7", "DOM", (0, 3))
    assert check(sent.submission).breaches == ()


def test_a_fault_of_the_submission_is_a_place_in_the_work() -> None:
    nameless = a_right_owner(number=2, identifiers=())
    work = a_work(interests=(an_interest("PUB", a_publisher()), an_interest("CA", nameless)))
    sent = from_work(work, agency="997", source_db="997")
    (breach,) = check(sent.submission).breaches
    assert (breach.rule, sent.field(breach.fault.where)) == ("IV/19", "interests.1.party.identifiers.ipi-name")
    assert sent.field(("title",)) == "titles"
    assert sent.field(("parties",)) == "interests"


def test_a_work_of_nobody_of_ours_is_international() -> None:
    work = a_work(interests=(an_interest(controlled=False),))
    assert from_work(work, agency="997", source_db="997").submission.category == "INT"


def test_what_a_work_is_derived_from_and_who_performs_it_comes_from_its_annexes() -> None:
    annexes = (
        Annex("EWT", {"entire_work_title": "Whole", "iswc_of_entire_work": A}),
        Annex("PER", {"performing_artist_last_name": "KEITA", "performing_artist_first_name": "SALIOU"}),
    )
    excerpt = a_work(details={"excerpt_type": "MOV"}, annexes=annexes)
    sent = from_work(excerpt, agency="997", source_db="997").submission
    assert (sent.derived_type, sent.derived_from) == ("Excerpt", (Origin(A, "WHOLE"),))
    assert sent.performers == (Performer("KEITA", "SALIOU"),)
    modified = from_work(a_work(details={"version_type": "MOD"}), agency="997", source_db="997").submission
    assert (modified.derived_type, modified.derived_from) == ("ModifiedVersion", ())
    nothing = from_work(a_work(details={"composite_type": "MED"}), agency="997", source_db="997").submission
    assert nothing.derived_type is None


def test_our_number_goes_along() -> None:
    work = a_work(identifiers=(Identifier("iswc", A),))
    assert from_work(work, agency="997", source_db="300").submission.iswc == A


@pytest.mark.parametrize(
    ("work", "problem", "field"),
    [
        (a_work(creation_class="LW"), NotExpressible, "creation_class"),
        (Work(titles=(WorkTitle("أغنية", script="Arab"),)), NoLatinTitle, "titles"),
    ],
)
def test_a_work_that_cannot_be_submitted_says_which_field_is_at_fault(
    work: Work, problem: type[Exception], field: str
) -> None:
    with pytest.raises(problem) as refused:
        from_work(work, agency="997", source_db="997")
    assert getattr(refused.value, "field", None) == field


def test_an_interest_of_nobody_known_is_a_creator_without_a_number() -> None:
    sent = from_work(a_work(interests=(an_interest("CA", Owner()),)), agency="997", source_db="997")
    assert [(each.rule, each.number) for each in check(sent.submission).breaches] == [("IV/19", "102")]


# -- chains -----------------------------------------------------------------------------------------------------------


def merge(child: str, parent: str, hours: int = 0) -> Link:
    return Link(child, parent, "merge", NOON + timedelta(hours=hours))


def demerge(child: str, parent: str, hours: int = 0) -> Link:
    return Link(child, parent, "demerge", NOON + timedelta(hours=hours))


def test_a_merged_number_leads_to_the_top_of_its_chain() -> None:
    standing = parents([merge(B, C, 1), merge(A, B)])
    assert preferred(A, standing).path == (A, B, C)
    assert [preferred(each, standing).number for each in (A, B, C, D)] == [C, C, C, D]


def test_a_demerge_makes_the_old_number_preferred_again_and_keeps_the_history() -> None:
    links = [merge(A, B), demerge(A, B, 1)]
    assert preferred(A, parents(links)).number == A
    assert preferred(A, parents([*links, merge(A, C, 2)])).number == C
    assert preferred(A, parents(reversed(links))).number == A


def test_a_demerge_from_another_number_undoes_nothing() -> None:
    assert preferred(A, parents([merge(A, B), demerge(A, C, 1)])).number == B


def test_the_overall_parent_counts_where_the_database_names_it() -> None:
    assert preferred(A, parents([merge(A, B)]), told=C).path == (A, C)
    assert preferred(A, parents([merge(A, B)]), told=A).number == B


def test_a_circle_and_a_chain_without_end_are_for_a_person() -> None:
    circle = preferred(A, parents([merge(A, B), merge(B, C), merge(C, A)]))
    assert (circle.number, circle.path, circle.trouble) == (None, (A, B, C, A), "cycle")
    long = {an_iswc(number): an_iswc(number + 1) for number in range(1, MOST_STEPS + 10)}
    assert preferred(A, long).trouble == "too-long"
    exact = {an_iswc(number): an_iswc(number + 1) for number in range(1, MOST_STEPS)}
    assert preferred(A, exact).number == an_iswc(MOST_STEPS)


@given(st.dictionaries(st.sampled_from(range(12)), st.sampled_from(range(12))), st.sampled_from(range(12)))
def test_every_walk_ends_and_ends_at_a_number_without_a_parent(links: dict[int, int], start: int) -> None:
    standing = {str(child): str(parent) for child, parent in links.items()}
    found = preferred(str(start), standing)
    if found.number is None:
        assert found.trouble == "cycle"
        assert found.path.count(found.path[-1]) == 2
    else:
        assert found.number not in standing
        assert all(standing[one] == other for one, other in zip(found.path, found.path[1:], strict=False))


# -- claims -----------------------------------------------------------------------------------------------------------


def claim(value: str, source: str, hours: int = 0) -> Claim:
    return Claim(value, source, NOON + timedelta(hours=hours))  # type: ignore[arg-type]


def test_two_numbers_that_lead_to_one_agree_and_the_older_is_former() -> None:
    found = reconcile([claim(A, "cisnet"), claim(B, "agency", 1)], {A: B})
    assert (found.current, found.former, found.others) == (B, (A,), ())


def test_numbers_that_differ_after_resolution_go_by_rank_and_the_other_is_shown() -> None:
    echo, agency = claim(A, "cisnet", 5), claim(B, "agency")
    found = reconcile([echo, agency, claim(A, "submitter")], {})
    assert (found.current, found.others) == (B, (echo,))


def test_a_person_is_never_overruled_by_a_machine() -> None:
    found = reconcile([claim(B, "agency", 9), claim(A, "person")], {})
    assert (found.current, found.others) == (A, (claim(B, "agency", 9),))


def test_of_two_claims_of_one_source_the_newer_counts() -> None:
    found = reconcile([claim(A, "agency"), claim(B, "agency", 1)], {})
    assert (found.current, [each.value for each in found.others]) == (B, [A])


def test_a_number_in_a_circle_is_set_apart_and_the_others_count() -> None:
    found = reconcile([claim(A, "person"), claim(C, "agency")], {A: B, B: A})
    assert (found.current, found.troubled) == (C, (A,))
    assert reconcile([], {}).current is None
