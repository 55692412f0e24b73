"""The records of IPI EDI 01.00: one class a layout, one line a field.

Source: CISAC/SUISA IS/IP/22 Rev 14 draft 3, record layouts. Every record begins with its type of three letters; those
of transactions go on with the number of the transaction in its group and of the record in its transaction. A type that
ends in N is an after image, its twin in O a before image of the same layout. Blank is None; times keep their zeros,
because midnight is a time.
"""

from collections.abc import Mapping

from formats.fixed_width import SHARE, Field, Record, code, day, digits, number, text


def base(*, required: bool = False) -> Field:
    """An IP base number ``I-nnnnnnnnn-c``."""
    return code(13, "ipi_base", required=required)  # type: ignore[no-any-return]


def name_number(*, required: bool = False) -> Field:
    """An IP name number of eleven digits."""
    return code(11, "ipi_name", required=required)  # type: ignore[no-any-return]


def time(*, required: bool = False) -> Field:
    """A time of day HHMMSS, Central European Time."""
    return code(6, "time", required=required)  # type: ignore[no-any-return]


def society() -> Field:
    """A CISAC society code, three digits."""
    return code(3, "society", required=True)  # type: ignore[no-any-return]


def type_of_name(*, required: bool = False) -> Field:
    """PA, PP, OR, MO, PG, HR, DF or ST."""
    return code(2, "name_type", required=required)  # type: ignore[no-any-return]


def status() -> Field:
    """1 valid, 2 purchased, 3 merged into another, 4 deleted."""
    return code(1, "status_code")  # type: ignore[no-any-return]


# -- file and groups --------------------------------------------------------------------------------------------------


class TransmissionHeader(Record):
    """First line of the file. ``file_name`` stands in real daily files, not in the published table."""

    tags = ("HDR",)
    sender_type = text(2, required=True)
    sender_id = text(9, required=True)
    sender_name = text(45, required=True)
    version = text(5, required=True)
    creation_date = day(required=True)
    creation_time = time(required=True)
    transmission_date = day(required=True)
    file_name = text(15)


class GroupHeader(Record):
    """Begins a group; all its transactions are of one type."""

    tags = ("GRH",)
    transaction_type = text(3, required=True)
    group_id = number(5, required=True, zero=True)
    version = text(5, required=True)


class GroupTrailer(Record):
    """Ends a group; ``record_count`` counts GRH and GRT too."""

    tags = ("GRT",)
    group_id = number(5, required=True, zero=True)
    transaction_count = number(8, required=True, zero=True)
    record_count = number(8, required=True, zero=True)


class TransmissionTrailer(Record):
    """Last line of the file; ``record_count`` counts HDR and TRL too."""

    tags = ("TRL",)
    group_count = number(5, required=True, zero=True)
    transaction_count = number(8, required=True, zero=True)
    record_count = number(8, required=True, zero=True)


# -- headers of transactions ------------------------------------------------------------------------------------------


class Line(Record):
    """A line of a transaction, numbered from 0 in its group and in its transaction."""

    transaction_seq = number(8, required=True, zero=True)
    detail_seq = number(8, required=True, zero=True)


class TransactionHeader(Line):
    """Whom the transaction is about, with its status and the party that status points to."""

    tags = (
        *("IPA", "MAA", "NCA", "NPA", "NTA", "NUA", "REA", "STA", "BDU", "MAU", "NTU"),
        *("MAD", "NCD", "NTD", "NUD", "RED", "STD"),
    )
    transaction_date = day()
    transaction_time = time()
    remitting_society_code = society()
    remitting_society_name = text(20, required=True)
    ip_base_number = base()
    status_code = status()
    ip_name_number = name_number()
    name_type = type_of_name(required=True)
    ref_ip_base_number = base()
    ref_status_code = status()
    ref_ip_name_number = name_number()
    ref_name_type = type_of_name()


class NameUpdateHeader(Line):
    """The party a name belonged to and the one it belongs to now."""

    tags = ("NCU",)
    transaction_date = day()
    transaction_time = time()
    remitting_society_code = society()
    remitting_society_name = text(20, required=True)
    old_ip_base_number = base()
    old_status_code = status()
    old_ip_name_number = name_number(required=True)
    old_name_type = type_of_name(required=True)
    old_ref_ip_base_number = base()
    old_ref_status_code = status()
    old_ref_ip_name_number = name_number()
    old_ref_name_type = type_of_name()
    new_ip_base_number = base()
    new_status_code = status()
    new_ip_name_number = name_number(required=True)
    new_name_type = type_of_name(required=True)
    new_ref_ip_base_number = base()
    new_ref_status_code = status()
    new_ref_ip_name_number = name_number()
    new_ref_name_type = type_of_name()


class CodeListHeader(Line):
    """One code list follows; ``domain_name`` is the type of its records."""

    tags = ("IDA",)
    transaction_date = day(required=True)
    transaction_time = time(required=True)
    remitting_society_code = society()
    remitting_society_name = text(20, required=True)
    domain_name = text(3, required=True)


class FileRejection(Line):
    """A file that was sent in was refused as a whole."""

    tags = ("FRJ",)
    transaction_date = day(required=True)
    transaction_time = time(required=True)
    sender_society_code = society()
    sender_society_name = text(20, required=True)
    sender_user = text(8, required=True)
    status_code = text(4, required=True)
    message = text(80, required=True)
    file_name = text(12, required=True)
    file_creation_date = day(required=True)
    file_creation_time = time(required=True)
    transmission_date = day(required=True)


class GroupRejection(FileRejection):
    """A group of such a file was refused."""

    tags = ("GRJ",)
    group_id = number(8, required=True, zero=True)


# -- details ----------------------------------------------------------------------------------------------------------


class BaseData(Line):
    """A person or a firm: birth or foundation, death or dissolution; years of zeros are unknown."""

    tags = ("BDN", "BDO")
    ip_type = code(1, "ip_type", required=True)
    birth_year = text(4)
    birth_month = text(2)
    birth_day = text(2)
    death_year = text(4)
    death_month = text(2)
    death_day = text(2)
    birth_place = text(30)
    birth_state = text(30)
    birth_tisn = code(4, "tisn")
    birth_tisn_valid_from = day()
    birth_tisan = text(20)
    birth_tisan_valid_from = day()
    sex = code(1, "sex")
    amendment_date = day()
    amendment_time = time()


class Status(Line):
    """A status of the party in the transaction's header; ``ref_ip_base_number`` is whom it points to, not the owner."""

    tags = ("STN", "STO")
    ref_ip_base_number = base(required=True)
    status_code = code(1, "status_code", required=True)
    valid_from_date = day(required=True)
    valid_from_time = time(required=True)
    valid_to_date = day(required=True)
    valid_to_time = time(required=True)
    amendment_date = day()
    amendment_time = time()


class Name(Line):
    """A name of exactly one party (PA, PP, OR, MO)."""

    tags = ("NCN", "NCO")
    ip_name_number = name_number()
    name = code(90, "name", required=True)
    first_name = code(45, "name")
    name_type = type_of_name(required=True)
    creation_date = day()
    creation_time = time()
    amendment_date = day()
    amendment_time = time()


class Spelling(Name):
    """Another spelling (DF, ST) of a name, which is its parent."""

    tags = ("ONN", "ONO")
    parent_ip_name_number = name_number()


class SharedName(Line):
    """A name that several parties share (PG, HR), and one of them."""

    tags = ("MCN", "MCO")
    ip_name_number = name_number()
    name = code(90, "name", required=True)
    name_type = type_of_name(required=True)
    creation_date = day()
    creation_time = time()
    amendment_date = day()
    amendment_time = time()
    ip_base_number = base()


class Usage(Line):
    """In which creation class and role a name is used."""

    tags = ("NUN", "NUO")
    ip_name_number = name_number()
    creation_class = code(2, "creation_class", required=True)
    role = code(2, "role", required=True)


class InheritedUsage(Line):
    """The usage a spelling has from its parent; only the register writes it."""

    tags = ("INN", "INO")
    ip_name_number = name_number(required=True)
    creation_class = code(2, "creation_class", required=True)
    role = code(2, "role", required=True)


class SharedUsage(Usage):
    """In which creation class and role one party uses a shared name."""

    tags = ("MUN", "MUO")
    ip_base_number = base()


class InheritedSharedUsage(InheritedUsage):
    """The usage a spelling of a shared name has from its parent; only the register writes it."""

    tags = ("IMN", "IMO")
    ip_base_number = base(required=True)


class Agreement(Line):
    """A mandate: the party gives a society one right in one creation class and role.

    ``share`` is in hundredths of a percent. The published table demands ``signature_date``; one consumer keeps it as
    optional, so it is read as that.
    """

    tags = ("MAN", "MAO")
    society_code = society()
    creation_class = code(2, "creation_class", required=True)
    role = code(2, "role", required=True)
    right = code(2, "right", required=True)
    valid_from_date = day(required=True)
    valid_from_time = time(required=True)
    valid_to_date = day(required=True)
    valid_to_time = time(required=True)
    signature_date = day()
    share = Field(SHARE, 5, "share", required=True)
    amendment_date = day()
    amendment_time = time()


class Territory(Line):
    """A territory line of the mandate above: includes or excludes; the lines apply in their order."""

    tags = ("TMA",)
    tisn = code(4, "tisn", required=True)
    tisn_valid_from = day()
    tisan = text(20)
    tisan_valid_from = day()
    include_exclude = code(1, "include_exclude", required=True)


class Nationality(Line):
    """A nationality of a natural person; of the two days any part may be unknown."""

    tags = ("NTN", "NTO")
    tisn = code(4, "tisn", required=True)
    tisn_valid_from = day()
    tisan = text(20)
    tisan_valid_from = day()
    valid_from_year = digits(4)
    valid_from_month = digits(2)
    valid_from_day = digits(2)
    valid_to_year = digits(4)
    valid_to_month = digits(2)
    valid_to_day = digits(2)


class Remark(Line):
    """A remark of a society on a name, in blocks of twenty characters; only that society sees it."""

    tags = ("REN", "REO")
    ip_name_number = name_number()
    society_code = society()
    block_no = digits(4)
    text = text(20, required=True)


class Result(Line):
    """What became of a transaction that was sent in; only its sender gets it."""

    tags = ("TRS",)
    status_code = text(4, required=True)
    message = text(100, required=True)
    submitter = text(8, required=True)
    file_creation_date = day()
    file_creation_time = time()
    file_name = text(12)
    group_id = digits(5)
    orig_transaction_seq = digits(8)


class DetailResult(Line):
    """Which record of it was at fault."""

    tags = ("DRS",)
    status_code = digits(4, required=True)
    message = text(100, required=True)
    submitter = text(8, required=True)
    file_creation_date = day(required=True)
    file_creation_time = time(required=True)
    file_name = text(12, required=True)
    group_id = digits(5, required=True)
    orig_transaction_seq = digits(8, required=True)
    orig_detail_seq = digits(8, required=True)


# -- code lists -------------------------------------------------------------------------------------------------------


class CreationClass(Line):
    """A creation class, in words."""

    tags = ("CCL",)
    creation_class = code(2, "creation_class", required=True)
    description = text(60, required=True)
    language = text(2, required=True)


class CreationSubclass(Line):
    """A subclass of a creation class."""

    tags = ("CSC",)
    creation_class = code(2, "creation_class", required=True)
    creation_subclass = text(2, required=True)


class ClassAndRight(Line):
    """A right that exists in a creation class."""

    tags = ("IRI",)
    creation_class = code(2, "creation_class", required=True)
    right = code(2, "right", required=True)


class StatusCode(Line):
    """A status, in words."""

    tags = ("ISC",)
    status_code = code(1, "status_code", required=True)
    description = text(60, required=True)
    language = text(2, required=True)


class NameType(Line):
    """A type of name, in words. The table prints a column for ``language`` that its text covers; it follows the text.

    That place is inferred.
    """

    tags = ("NMT",)
    name_type = type_of_name(required=True)
    description = text(60, required=True)
    language = text(2, required=True)


class ClassAndRole(Line):
    """A role that exists in a creation class."""

    tags = ("RCC",)
    creation_class = code(2, "creation_class", required=True)
    role = code(2, "role", required=True)


class Right(Line):
    """A right, in words."""

    tags = ("RIG",)
    right = code(2, "right", required=True)
    description = text(60, required=True)
    language = text(2, required=True)


class Administered(Line):
    """A right for a role that a society administers."""

    tags = ("RIS",)
    society_code = society()
    creation_class = code(2, "creation_class", required=True)
    role = code(2, "role", required=True)
    right = code(2, "right", required=True)


class AdministeredBetween(Administered):
    """The same with its days. The printed columns of the two overlap; that the second follows the first is inferred."""

    tags = ("RIX",)
    valid_from = day(required=True)
    valid_to = day(required=True)


class Role(Line):
    """A role, in words."""

    tags = ("ROL",)
    role = code(2, "role", required=True)
    description = text(60, required=True)
    language = text(2, required=True)


class Society(Line):
    """A society. The table leaves ten columns between name and country; that they belong to the name is inferred."""

    tags = ("SOC",)
    society_code = society()
    society_name = text(30, required=True)
    society_country = text(20, required=True)


class Partnership(Line):
    """A society that may send in transactions for another."""

    tags = ("SOP",)
    society_code = society()
    partner_society_code = society()


class TerritoryName(Line):
    """A territory of the TIS; TNR is in the order of the numbers, TNA in that of the short names."""

    tags = ("TNR", "TNA")
    tisn = code(4, "tisn", required=True)
    tisn_valid_from = day(required=True)
    tisn_valid_to = day(required=True)
    tisan = text(20, required=True)
    tisan_valid_from = day(required=True)
    tisan_valid_to = day(required=True)
    tisa = text(6, required=True)
    language = text(2, required=True)


class TerritoryLink(Line):
    """A territory within a group; HNR is in the order of the numbers, HNA in that of the short names."""

    tags = ("HNR", "HNA")
    parent_tisn = code(4, "tisn", required=True)
    parent_tisn_valid_from = day(required=True)
    parent_tisn_valid_to = day(required=True)
    parent_tisan = text(20, required=True)
    parent_tisan_valid_from = day(required=True)
    parent_tisan_valid_to = day(required=True)
    parent_tisa = text(6, required=True)
    child_tisn = code(4, "tisn", required=True)
    child_tisn_valid_from = day(required=True)
    child_tisn_valid_to = day(required=True)
    child_tisan = text(20, required=True)
    child_tisan_valid_from = day(required=True)
    child_tisan_valid_to = day(required=True)
    child_tisa = text(6, required=True)
    hierarchy_valid_from = day(required=True)
    hierarchy_valid_to = day(required=True)
    language = text(2, required=True)


# -- web service ------------------------------------------------------------------------------------------------------


class LogLine(Line):
    """One transaction in the log that the web service tells (``getTxLogSummary``).

    Columns 37 to 59 and those after 72 are inferred from one public sample line.
    """

    tags = ("TLS",)
    transaction_date = day(required=True)
    transaction_time = time(required=True)
    remitting_society_code = society()
    remitting_society_name = text(20)
    transaction_type = text(3, required=True)
    ip_base_number = base(required=True)
    user_name = text(8)


CONTROLS: tuple[type[Record], ...] = (TransmissionHeader, GroupHeader, GroupTrailer, TransmissionTrailer)
HEADERS: tuple[type[Record], ...] = (
    TransactionHeader,
    NameUpdateHeader,
    CodeListHeader,
    FileRejection,
    GroupRejection,
)
DETAILS: tuple[type[Record], ...] = (
    *(BaseData, Status, Name, Spelling, SharedName, Usage, InheritedUsage, SharedUsage, InheritedSharedUsage),
    *(Agreement, Territory, Nationality, Remark, Result, DetailResult),
)
CODE_LISTS: tuple[type[Record], ...] = (
    *(CreationClass, CreationSubclass, ClassAndRight, StatusCode, NameType, ClassAndRole, Right, Administered),
    *(AdministeredBetween, Role, Society, Partnership, TerritoryName, TerritoryLink),
)

LAYOUTS: Mapping[str, type[Record]] = {
    tag: record for group in (CONTROLS, HEADERS, DETAILS, CODE_LISTS) for record in group for tag in record.tags
}
"""Record type to its class, for everything that stands in a file."""


def record_class(tag: str) -> type[Record]:
    """The class of a record type. Raises KeyError for a type the format does not have."""
    return LogLine if tag == "TLS" else LAYOUTS[tag]
