"""The code tables: what a fresh installation knows before anybody typed a row."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from mappings import tables

TODAY = date(2026, 11, 24)
NAMED = [
    tables.creation_classes,
    tables.roles,
    tables.rights,
    tables.societies,
    tables.territories,
    tables.languages,
    tables.scripts,
    tables.currencies,
    tables.title_types,
    tables.agreement_types,
    tables.acknowledgement_statuses,
    tables.publisher_types,
]


def countries(*lines: tuple[bool, str], on: date = TODAY) -> frozenset[str]:
    return tables.expand_territories(lines, on)


@pytest.mark.parametrize("table", NAMED, ids=lambda table: table.table)
def test_every_code_has_a_name_in_four_languages(table):
    assert [(code, lang) for code in table for lang in tables.LANGUAGES if not table[code].name(lang).strip()] == []


@pytest.mark.parametrize("table", NAMED, ids=lambda table: table.table)
def test_every_row_says_which_edition_of_which_list_it_follows(table):
    assert {(row.version, row.source) for row in table.values()} == {(table.version, table.source)}
    assert table.version
    assert table.source


@pytest.mark.parametrize(
    "table",
    [
        tables.creation_classes,
        tables.roles,
        tables.rights,
        tables.title_types,
        tables.agreement_types,
        tables.acknowledgement_statuses,
        tables.publisher_types,
    ],
    ids=lambda table: table.table,
)
def test_the_words_of_the_trade_are_translated_and_not_filled_in_from_english(table):
    assert [code for code, row in table.items() if set(row.names) != set(tables.LANGUAGES)] == []


def test_the_seventeen_creation_classes_are_rows():
    assert " ".join(tables.creation_classes) == "AD AF AM AV CW DM DW LF LN LS LW MM MW PH RW SM SR"


def test_every_role_a_class_offers_exists_and_no_class_offers_it_twice():
    for row in tables.creation_classes.values():
        assert row.roles, row.code
        assert [role for role in row.roles if role not in tables.roles] == [], row.code
        assert len(set(row.roles)) == len(row.roles), row.code


def test_every_class_can_name_somebody_on_the_side_its_rights_belong_to():
    for row in tables.creation_classes.values():
        roles = [tables.roles[code] for code in row.roles]
        if "author" in row.right_families:
            assert any(role.author for role in roles), row.code
        if "related" in row.right_families:
            assert any(role.performer for role in roles), row.code
            assert any(role.producer for role in roles), row.code


def test_only_musical_works_go_to_cisnet():
    assert [code for code, row in tables.creation_classes.items() if "cisnet" in row.partners] == ["MW"]


def test_only_sound_recordings_and_filmed_performances_go_to_the_performers_directory():
    assert [code for code, row in tables.creation_classes.items() if "ipn" in row.partners] == ["AM", "AV", "SR"]


def test_details_of_a_musical_work_are_declared_with_type_and_choices():
    details = {field.name: field for field in tables.creation_classes["MW"].details}
    assert details["version_type"] == tables.DetailField(name="version_type", type="choice", choices=("ORI", "MOD"))
    assert details["duration"] == tables.DetailField(name="duration", type="duration")


def test_details_are_of_known_types_and_only_choices_have_choices():
    known = {"text", "number", "year", "date", "duration", "flag", "language", "territory", "choice"}
    for row in tables.creation_classes.values():
        assert {field.type for field in row.details} <= known, row.code
        assert [f.name for f in row.details if (f.type == "choice") != bool(f.choices)] == [], row.code


def test_roles_carry_their_cwr_codes_and_sides():
    assert sorted(tables.writer_designations()) == ["A", "AD", "AR", "C", "CA", "PA", "SA", "SR", "TR"]
    assert sorted(r.cwr_publisher for r in tables.roles.values() if r.cwr_publisher) == sorted(tables.publisher_types)
    assert tables.roles["CA"].author
    assert not tables.roles["CA"].publisher
    assert tables.roles["SE"].publisher
    assert tables.roles["FEA"].performer
    assert tables.roles["PHP"].producer
    assert tables.roles["CHO"].marc == "chr"


def test_every_role_stands_on_a_side():
    assert [r.code for r in tables.roles.values() if not (r.author or r.publisher or r.performer or r.producer)] == []


def test_rights_know_their_cwr_type():
    assert {right.code: right.cwr for right in tables.rights.values()} == {"PR": "PER", "MR": "MEC", "SR": "SYN"}


def test_every_status_but_transaction_accepted_closes_a_registration():
    closing = {status.code for status in tables.acknowledgement_statuses.values() if status.closes}
    assert closing == {"AS", "AC", "RJ", "NP", "CO", "RC", "DU"}
    assert set(tables.acknowledgement_statuses) - closing == {"RA"}


def test_only_original_publisher_and_acquirer_own():
    assert [kind.code for kind in tables.publisher_types.values() if kind.owns] == ["E", "AQ"]


def test_agreement_types_say_whether_they_name_works_and_whether_they_subpublish():
    assert {t.code: (t.subpublishing, t.specific) for t in tables.agreement_types.values()} == {
        "OS": (False, True),
        "OG": (False, False),
        "PS": (True, True),
        "PG": (True, False),
    }


@pytest.mark.parametrize(("currency", "digits"), [("XOF", 0), ("KES", 2), ("TND", 3), ("EUR", 2), ("UGX", 0)])
def test_currencies_know_their_smallest_unit(currency, digits):
    assert tables.currencies[currency].digits == digits


def test_old_language_codes_are_named_by_the_code_of_today():
    assert tables.languages["IW"].iso == "he"
    assert tables.languages["IW"].name("fr") == "hébreu"


def test_scripts_and_countries_have_names_in_the_reader_s_language():
    assert tables.scripts["Arab"].name("pt") == "árabe"
    assert tables.territory_name("0404", "pt") == "Quênia"
    assert tables.territory_name("2136", "fr") == "Monde"
    assert tables.territory_name("0810", "es") == "URSS"


def test_a_language_without_a_name_falls_back_to_english_and_an_unknown_code_to_itself():
    assert tables.territory_name("2136", "sw") == "World"
    assert tables.territory_name("9999", "fr") == "9999"
    assert tables.society_name("995") == "995"


def test_world_without_france_is_every_country_but_france():
    world = countries((True, "2136"))
    assert world - countries((True, "2136"), (False, "0250")) == {"0250"}
    existing = {code for code, row in tables.territories.items() if not row.is_group and row.valid_on(TODAY)}
    assert world == existing
    assert len(world) == 201


def test_a_country_taken_out_and_put_in_again_is_in():
    assert "0250" in countries((True, "2136"), (False, "2120"), (True, "0250"))
    assert "0276" not in countries((True, "2136"), (False, "2120"), (True, "0250"))


def test_an_exclude_before_its_include_takes_nothing_out():
    assert countries((False, "0250"), (True, "0250")) == {"0250"}


def test_europe_holds_the_countries_of_its_sub_groups_once():
    europe = countries((True, "2120"))
    assert {"0250", "0352", "0372", "0616", "0752"} <= europe
    assert not {"0404", "0840", "2131", "0810"} & europe
    assert len(europe) == 44


def test_benelux_is_three_countries():
    assert countries((True, "2110")) == {"0056", "0442", "0528"}


def test_an_ended_country_counts_until_its_last_day_only():
    assert countries((True, "0810"), on=date(1991, 12, 31)) == {"0810"}
    assert countries((True, "0810"), on=date(1992, 1, 1)) == set()
    assert "0810" in countries((True, "2120"), on=date(1991, 12, 31))
    assert "0804" not in countries((True, "2120"), on=date(1991, 12, 31))
    assert "0804" in countries((True, "2120"), on=date(1992, 1, 1))


def test_the_european_union_has_the_members_of_the_day():
    assert "0826" in countries((True, "2123"), on=date(2020, 1, 31))
    assert "0826" not in countries((True, "2123"), on=date(2020, 2, 1))
    assert len(countries((True, "2123"))) == 27


def test_a_list_may_come_from_an_iterator():
    assert tables.expand_territories(iter([(True, "2110"), (False, "0056")]), TODAY) == {"0442", "0528"}


def test_an_unknown_territory_is_refused_by_name():
    with pytest.raises(tables.UnknownTerritory, match="9999"):
        countries((True, "9999"))


def test_a_territory_is_known_and_may_have_ended():
    assert tables.is_territory("0810")
    assert not tables.is_territory("0810", TODAY)
    assert tables.is_territory("0404", TODAY)
    assert not tables.is_territory("404")


def test_every_link_of_the_tree_leads_to_a_country():
    groups = [code for code, row in tables.territories.items() if row.is_group]
    assert [code for code in groups if not tables.territory_members(code, TODAY)] == []


def test_societies_are_known_with_and_without_leading_zeros():
    assert tables.society_name("058") == tables.society_name("58") == "SACEM"
    assert tables.societies["058"].territory == "0250"
    assert not {"996", "997", "998"} & set(tables.societies)


def test_societies_stand_in_countries_of_the_territory_table():
    assert [s.code for s in tables.societies.values() if s.territory and s.territory not in tables.territories] == []


def test_an_installation_adds_societies_without_changing_the_table(tmp_path):
    own = tmp_path / "societies.csv"
    own.write_text("code,name,territory,status\n998,Baobab Music Rights,0686,member\n", encoding="utf-8")
    longer = tables.societies.with_file(own)
    assert tables.society_name("998", longer) == "Baobab Music Rights"
    assert longer["998"].source == "societies.csv"
    assert len(longer) == len(tables.societies) + 1
    assert "998" not in tables.societies


def test_an_eighteenth_class_is_a_row():
    row = {
        "code": "AW",
        "name_en": "Architectural work",
        "family": "image",
        "right_families": "author",
        "roles": "A PUB",
        "details": "built_on:date;style:choice:vernacular|modern",
    }
    longer = tables.creation_classes.with_rows([row])
    assert len(longer) == 18
    assert longer["AW"].details[1].choices == ("vernacular", "modern")
    assert longer["AW"].name("fr") == "Architectural work"


def test_rows_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        tables.roles["CA"].code = "XX"
