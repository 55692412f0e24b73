"""The records of CWR 2.2: what differs from 2.1.

Source: CISAC CWR19-1070R1, functional specification 2.2 revision 2, record layouts.
"""

from formats.cwr import records_21 as earlier
from formats.cwr.records_21 import Detail
from formats.fixed_width import Record, code, flag, number, text


class TransmissionHeader(earlier.TransmissionHeader):
    """Transmission header; first line of the file."""

    tags = ("HDR",)
    version = text(3)
    revision = number(3)
    software_package = text(30)
    software_package_version = text(30)


class PublisherTerritory(earlier.PublisherTerritory):
    """Collection territory: SPT of a controlled publisher, OPT (2.2) not controlled, informative."""

    tags = ("SPT", "OPT")


class WriterTerritory(earlier.WriterTerritory):
    """Collection territory: SWT of a controlled writer, OWT (2.2) other writer, informative."""

    tags = ("SWT", "OWT")


class WriterPublisherLink(earlier.WriterPublisherLink):
    """Publisher representing the preceding writer."""

    tags = ("PWR",)
    publisher_interested_party_number = text(9)
    publisher_name = text(45)
    writer_interested_party_number = text(9)
    publisher_sequence_number = number(2, required=True)


class Recording(earlier.Recording):
    """Recording; at least one optional field filled."""

    tags = ("REC",)
    recording_title = text(60)
    version_title = text(60)
    display_artist = text(60)
    record_label = text(60)
    isrc_validity = code(20, "isrc_validity_indicator")
    submitter_recording_identifier = text(14)


class WorkOrigin(Detail):
    """Origin of the work."""

    tags = ("ORN",)
    intended_purpose = code(3, "intended_purpose", required=True)
    production_title = text(60)
    cd_identifier = text(15)
    cut_number = number(4)
    library = text(60)
    bltvr = text(1)
    filler_1 = number(25)
    production_number = text(12)
    episode_title = text(60)
    episode_number = text(20)
    year_of_production = number(4)
    avi_society_code = number(3)
    audio_visual_number = text(15)
    v_isan_isan = text(12)
    v_isan_episode = text(4)
    v_isan_check_digit_1 = text(1)
    v_isan_version = text(8)
    v_isan_check_digit_2 = text(1)
    eidr_root = text(20)
    eidr_check_digit = text(1)


class CrossReference(Detail):
    """Work identifier issued by any organisation (2.2)."""

    tags = ("XRF",)
    organisation_code = code(3, "transmitter_code", required=True)
    identifier = text(14, required=True)
    identifier_type = code(1, "identifier_type", required=True)
    validity = flag(unknown=True, required=True)


RECORDS: tuple[type[Record], ...] = (
    TransmissionHeader,
    earlier.GroupHeader,
    earlier.GroupTrailer,
    earlier.TransmissionTrailer,
    earlier.AgreementHeader,
    earlier.WorkHeader,
    earlier.Acknowledgement,
    earlier.AgreementTerritory,
    earlier.AgreementParty,
    earlier.AgreementPartyName,
    earlier.Publisher,
    earlier.PublisherName,
    PublisherTerritory,
    earlier.Writer,
    earlier.WriterName,
    WriterTerritory,
    WriterPublisherLink,
    earlier.AlternativeTitle,
    earlier.OwnScriptTitle,
    earlier.EntireWorkTitle,
    earlier.OriginalVersion,
    earlier.Performer,
    earlier.PerformerName,
    Recording,
    WorkOrigin,
    earlier.Instrumentation,
    earlier.Instrument,
    earlier.Component,
    earlier.Message,
    earlier.OwnScriptRelatedTitle,
    earlier.OwnScriptWriterName,
    earlier.AdditionalInformation,
    CrossReference,
)
