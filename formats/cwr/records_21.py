"""The records of CWR 2.1, in the order of the standard: one class a layout, one line a field.

Source: CISAC CWR11-1991R4, functional specification 2.1 revision 8, record layouts. Widths are in characters; every
record begins with its type of three letters, and all but the four control records go on with transaction and record
sequence. Blank is None everywhere; an all-zero number, day or time is None too, unless zero means something.
"""

from typing import ClassVar

from formats.fixed_width import Record, clock, code, day, digits, flag, number, share, text


class Header(Record):
    """The line that opens a transaction."""

    transaction_sequence = number(8, required=True, zero=True)
    record_sequence = number(8, required=True, zero=True)


class Detail(Record):
    """A line within a transaction."""

    transaction_sequence = number(8, required=True, zero=True)
    record_sequence = number(8, required=True, zero=True)


class TransmissionHeader(Record):
    """Transmission header; first line of the file."""

    tags = ("HDR",)
    sender_type = text(2, required=True)
    sender_id = digits(9, required=True)
    sender_name = text(45, required=True)
    edi_standard_version = text(5, required=True)
    creation_date = day(required=True)
    creation_time = clock(required=True)
    transmission_date = day(required=True)
    character_set = code(15, "character_set")


class GroupHeader(Record):
    """Group header."""

    tags = ("GRH",)
    transaction_type = code(3, "transaction_type", required=True)
    group_id = number(5, required=True, zero=True)
    version_number = text(5, required=True)
    batch_request = number(10)
    submission_distribution_type = code(2)


class GroupTrailer(Record):
    """Group trailer."""

    tags = ("GRT",)
    group_id = number(5, required=True, zero=True)
    transaction_count = number(8, required=True, zero=True)
    record_count = number(8, required=True, zero=True)
    currency_indicator = code(3)
    total_monetary_value = number(10)


class TransmissionTrailer(Record):
    """Transmission trailer."""

    tags = ("TRL",)
    group_count = number(5, required=True, zero=True)
    transaction_count = number(8, required=True, zero=True)
    record_count = number(8, required=True, zero=True)


class AgreementHeader(Header):
    """Agreement supporting a registration."""

    tags = ("AGR",)
    submitter_agreement_number = text(14, required=True)
    international_standard_agreement_code = text(14)
    agreement_type = code(2, "agreement_type", required=True)
    agreement_start_date = day(required=True)
    agreement_end_date = day()
    retention_end_date = day()
    prior_royalty_status = text(1, required=True)
    prior_royalty_start_date = day()
    post_term_collection_status = text(1, required=True)
    post_term_collection_end_date = day()
    date_of_signature = day()
    number_of_works = number(5, required=True)
    sales_manufacture_clause = code(1, "sales_manufacture_clause")
    shares_change = flag()
    advance_given = flag()
    society_assigned_agreement_number = text(14)


class WorkHeader(Header):
    """Work: NWR new, REV revision, ISW ISWC notification, EXC existing conflicting work."""

    tags = ("NWR", "REV", "ISW", "EXC")
    work_title = text(60, required=True)
    language_code = code(2, "language_code")
    submitter_work_number = text(14, required=True)
    iswc = text(11)
    copyright_date = day()
    copyright_number = text(12)
    musical_work_distribution_category = code(3, "musical_work_distribution_category", required=True)
    duration = clock()
    recorded_indicator = flag(unknown=True, required=True)
    text_music_relationship = code(3, "text_music_relationship")
    composite_type = code(3, "composite_type")
    version_type = code(3, "version_type", required=True)
    excerpt_type = code(3, "excerpt_type")
    music_arrangement = code(3, "music_arrangement")
    lyric_adaptation = code(3, "lyric_adaptation")
    contact_name = text(30)
    contact_id = text(10)
    cwr_work_type = code(2, "cwr_work_type")
    grand_rights_indicator = flag()
    composite_component_count = number(3)
    date_of_publication_of_printed_edition = day()
    exceptional_clause = flag(unknown=True)
    opus_number = text(25)
    catalogue_number = text(25)
    priority_flag = flag(unknown=True)


class Acknowledgement(Header):
    """Acknowledgement; also carries the echoed NWR/REV/AGR (and EXC) as a continuation of the same transaction."""

    tags = ("ACK",)
    creation_date = day(required=True)
    creation_time = clock(required=True)
    original_group_id = number(5, required=True, zero=True)
    original_transaction_sequence = number(8, required=True, zero=True)
    original_transaction_type = code(3, "transaction_type", required=True)
    creation_title = text(60)
    submitter_creation_number = text(20)
    recipient_creation_number = text(20)
    processing_date = day(required=True)
    transaction_status = code(2, "transaction_status", required=True)


class AgreementTerritory(Detail):
    """Territory of an agreement."""

    tags = ("TER",)
    inclusion_exclusion_indicator = code(1, "inclusion_exclusion_indicator", required=True)
    tis_numeric_code = code(4, "tis_territory", required=True)


class AgreementParty(Detail):
    """Interested party of an agreement."""

    tags = ("IPA",)
    agreement_role_code = code(2, "agreement_role_code", required=True)
    interested_party_ipi_name_number = code(11, "ipi_name")
    ipi_base_number = code(13, "ipi_base")
    interested_party_number = text(9, required=True)
    interested_party_last_name = text(45, required=True)
    interested_party_writer_first_name = text(30)
    pr_affiliation_society = code(3, "society_code")
    pr_share = share()
    mr_affiliation_society = code(3, "society_code")
    mr_share = share()
    sr_affiliation_society = code(3, "society_code")
    sr_share = share()


class AgreementPartyName(Detail):
    """Agreement party name in non-roman script, follows its IPA."""

    tags = ("NPA",)
    interested_party_number = text(9)
    interested_party_name = text(160, required=True)
    interested_party_writer_first_name = text(160, required=True)
    language_code = code(2, "language_code")


class Publisher(Detail):
    """Publisher: SPU controlled by the submitter, OPU other."""

    tags = ("SPU", "OPU")
    publisher_sequence_number = number(2, required=True)
    interested_party_number = text(9)
    publisher_name = text(45)
    publisher_unknown_indicator = flag(unknown=True)
    publisher_type = code(2, "publisher_type")
    tax_id = text(9)
    publisher_ipi_name_number = code(11, "ipi_name")
    submitter_agreement_number = text(14)
    pr_affiliation_society = code(3, "society_code")
    pr_ownership_share = share()
    mr_affiliation_society = code(3, "society_code")
    mr_ownership_share = share()
    sr_affiliation_society = code(3, "society_code")
    sr_ownership_share = share()
    special_agreements_indicator = code(1, "special_agreement_indicator")
    first_recording_refusal_indicator = flag(unknown=True)
    filler_1 = text(1)
    publisher_ipi_base_number = code(13, "ipi_base")
    international_standard_agreement_code = text(14)
    society_assigned_agreement_number = text(14)
    agreement_type = code(2, "agreement_type")
    usa_license_indicator = code(1, "usa_license_indicator")


class PublisherName(Detail):
    """Publisher name in non-roman script."""

    tags = ("NPN",)
    publisher_sequence_number = number(2, required=True)
    interested_party_number = text(9, required=True)
    publisher_name = text(480, required=True)
    language_code = code(2, "language_code")


class PublisherTerritory(Detail):
    """Collection territory of a controlled publisher."""

    tags: ClassVar[tuple[str, ...]] = ("SPT",)
    interested_party_number = text(9, required=True)
    constant_1 = text(6, required=True)
    pr_collection_share = share()
    mr_collection_share = share()
    sr_collection_share = share()
    inclusion_exclusion_indicator = code(1, "inclusion_exclusion_indicator", required=True)
    tis_numeric_code = code(4, "tis_territory", required=True)
    shares_change = flag()
    sequence_number = number(3, required=True)


class Writer(Detail):
    """Writer: SWR controlled by the submitter, OWR other."""

    tags = ("SWR", "OWR")
    interested_party_number = text(9)
    writer_last_name = text(45)
    writer_first_name = text(30)
    writer_unknown_indicator = flag(unknown=True)
    writer_designation_code = code(2, "writer_designation")
    tax_id = text(9)
    writer_ipi_name_number = code(11, "ipi_name")
    pr_affiliation_society = code(3, "society_code")
    pr_ownership_share = share()
    mr_affiliation_society = code(3, "society_code")
    mr_ownership_share = share()
    sr_affiliation_society = code(3, "society_code")
    sr_ownership_share = share()
    reversionary_indicator = flag(unknown=True)
    first_recording_refusal_indicator = flag()
    work_for_hire_indicator = flag()
    filler_1 = text(1)
    writer_ipi_base_number = code(13, "ipi_base")
    personal_number = number(12)
    usa_license_indicator = code(1, "usa_license_indicator")


class WriterName(Detail):
    """Writer name in non-roman script."""

    tags = ("NWN",)
    interested_party_number = text(9)
    writer_last_name = text(160, required=True)
    writer_first_name = text(160)
    language_code = code(2, "language_code")


class WriterTerritory(Detail):
    """Collection territory of a controlled writer."""

    tags: ClassVar[tuple[str, ...]] = ("SWT",)
    interested_party_number = text(9)
    pr_collection_share = share()
    mr_collection_share = share()
    sr_collection_share = share()
    inclusion_exclusion_indicator = code(1, "inclusion_exclusion_indicator", required=True)
    tis_numeric_code = code(4, "tis_territory", required=True)
    shares_change = flag()
    sequence_number = number(3, required=True)


class WriterPublisherLink(Detail):
    """Publisher representing the preceding writer."""

    tags = ("PWR",)
    publisher_interested_party_number = text(9, required=True)
    publisher_name = text(45, required=True)
    submitter_agreement_number = text(14)
    society_assigned_agreement_number = text(14)
    writer_interested_party_number = text(9, required=True)


class AlternativeTitle(Detail):
    """Alternative title."""

    tags = ("ALT",)
    alternate_title = text(60, required=True)
    title_type = code(2, "title_type", required=True)
    language_code = code(2, "language_code")


class OwnScriptTitle(Detail):
    """Title in non-roman script."""

    tags = ("NAT",)
    title = text(640, required=True)
    title_type = code(2, "title_type", required=True)
    language_code = code(2, "language_code")


class EntireWorkTitle(Detail):
    """Entire work behind an excerpt; at most one."""

    tags = ("EWT",)
    entire_work_title = text(60, required=True)
    iswc_of_entire_work = text(11)
    language_code = code(2, "language_code")
    writer_1_last_name = text(45)
    writer_1_first_name = text(30)
    source = text(60)
    writer_1_ipi_name_number = code(11, "ipi_name")
    writer_1_ipi_base_number = code(13, "ipi_base")
    writer_2_last_name = text(45)
    writer_2_first_name = text(30)
    writer_2_ipi_name_number = code(11, "ipi_name")
    writer_2_ipi_base_number = code(13, "ipi_base")
    submitter_work_number = text(14)


class OriginalVersion(Detail):
    """Original work behind a version; at most one."""

    tags = ("VER",)
    original_work_title = text(60, required=True)
    iswc_of_original_work = text(11)
    language_code = code(2, "language_code")
    writer_1_last_name = text(45)
    writer_1_first_name = text(30)
    source = text(60)
    writer_1_ipi_name_number = code(11, "ipi_name")
    writer_1_ipi_base_number = code(13, "ipi_base")
    writer_2_last_name = text(45)
    writer_2_first_name = text(30)
    writer_2_ipi_name_number = code(11, "ipi_name")
    writer_2_ipi_base_number = code(13, "ipi_base")
    submitter_work_number = text(14)


class Performer(Detail):
    """Performing artist."""

    tags = ("PER",)
    performing_artist_last_name = text(45, required=True)
    performing_artist_first_name = text(30)
    performing_artist_ipi_name_number = code(11, "ipi_name")
    performing_artist_ipi_base_number = code(13, "ipi_base")


class PerformerName(Detail):
    """Performance data in non-roman script."""

    tags = ("NPR",)
    performing_artist_name = text(160)
    performing_artist_first_name = text(160)
    performing_artist_ipi_name_number = code(11, "ipi_name")
    performing_artist_ipi_base_number = code(13, "ipi_base")
    language_code = code(2, "language_code")
    performance_language = code(2, "language_code")
    performance_dialect = code(3, "dialect_code")


class Recording(Detail):
    """Recording; at least one optional field filled."""

    tags = ("REC",)
    release_date = day()
    constant_1 = text(60)
    release_duration = clock()
    constant_2 = text(5)
    album_title = text(60)
    album_label = text(60)
    release_catalog_number = text(18)
    ean = code(13, "ean")
    isrc = code(12, "isrc")
    recording_format = code(1, "recording_format")
    recording_technique = code(1, "recording_technique")
    media_type = code(3, "media_type")


class WorkOrigin(Detail):
    """Origin of the work."""

    tags = ("ORN",)
    intended_purpose = code(3, "intended_purpose", required=True)
    production_title = text(60)
    cd_identifier = text(15)
    cut_number = number(4)
    library = text(60)
    bltvr = text(1)
    v_isan_version = number(8)
    v_isan_isan = number(12)
    v_isan_episode = number(4)
    v_isan_check_digit = number(1)
    production_number = text(12)
    episode_title = text(60)
    episode_number = text(20)
    year_of_production = number(4)
    avi_society_code = number(3)
    audio_visual_number = text(15)


class Instrumentation(Detail):
    """Instrumentation summary (serious music)."""

    tags = ("INS",)
    number_of_voices = number(3)
    standard_instrumentation_type = code(3, "standard_instrumentation")
    instrumentation_description = text(50)


class Instrument(Detail):
    """Instrument; follows INS or IND."""

    tags = ("IND",)
    instrument_code = code(3, "instrument", required=True)
    number_of_players = number(3)


class Component(Detail):
    """Component of a composite work."""

    tags = ("COM",)
    title = text(60, required=True)
    iswc_of_component = text(11)
    submitter_work_number = text(14)
    duration = clock()
    writer_1_last_name = text(45, required=True)
    writer_1_first_name = text(30)
    writer_1_ipi_name_number = code(11, "ipi_name")
    writer_2_last_name = text(45)
    writer_2_first_name = text(30)
    writer_2_ipi_name_number = code(11, "ipi_name")
    writer_1_ipi_base_number = code(13, "ipi_base")
    writer_2_ipi_base_number = code(13, "ipi_base")


class Message(Detail):
    """Validation message in an ACK; comes before the echoed record it is about."""

    tags = ("MSG",)
    message_type = code(1, "message_type", required=True)
    original_record_sequence = number(8, required=True, zero=True)
    message_record_type = text(3, required=True)
    message_level = code(1, "message_level", required=True)
    validation_number = text(3, required=True)
    message_text = text(150, required=True)


class OwnScriptRelatedTitle(Detail):
    """Non-roman title: NET entire work, NCT component, NVT original of a version."""

    tags = ("NET", "NCT", "NVT")
    title = text(640, required=True)
    language_code = code(2, "language_code")


class OwnScriptWriterName(Detail):
    """Non-roman name of a writer quoted in EWT/VER/COM."""

    tags = ("NOW",)
    writer_name = text(160, required=True)
    writer_first_name = text(160, required=True)
    language_code = code(2, "language_code")
    writer_position = code(1)


class AdditionalInformation(Detail):
    """Additional information for one or all societies."""

    tags = ("ARI",)
    society_number = code(3, "society_code", required=True)
    work_number = text(14)
    type_of_right = code(3, "type_of_right", required=True)
    subject_code = code(2, "subject_code")
    note = text(160)


RECORDS: tuple[type[Record], ...] = (
    TransmissionHeader,
    GroupHeader,
    GroupTrailer,
    TransmissionTrailer,
    AgreementHeader,
    WorkHeader,
    Acknowledgement,
    AgreementTerritory,
    AgreementParty,
    AgreementPartyName,
    Publisher,
    PublisherName,
    PublisherTerritory,
    Writer,
    WriterName,
    WriterTerritory,
    WriterPublisherLink,
    AlternativeTitle,
    OwnScriptTitle,
    EntireWorkTitle,
    OriginalVersion,
    Performer,
    PerformerName,
    Recording,
    WorkOrigin,
    Instrumentation,
    Instrument,
    Component,
    Message,
    OwnScriptRelatedTitle,
    OwnScriptWriterName,
    AdditionalInformation,
)
