"""Rules that have no test here: what the readers do, what is done where works are compared, and what only the database
can know.
"""

from formats.iswc.rules.catalogue import SENT, row

DATABASE = "ISWC database"
ALL = "CAR CUR CDR CMQ CIQ MER WFT"

row("IV/01", ALL, "105", applied=True, forms="EDI")
row("IV/09", ALL, "142", applied=True, forms="EDI")
row("IV/25", SENT, applied=True)
row("IV/46", "CUR", "159", needs=DATABASE)
row("IV/48", "CAR FSQ", "165", needs="list of enabled publishers")
row("IV/50", SENT, applied=True)
row("IV/51", "CUR", "167", needs=DATABASE)
row("IV/52", "CAR", "170", applied=True)
row("IV/54", "CAR CUR CDR", "173", needs="CIS-Net node agent")
row("IV/56", SENT, applied=True)
row("IV/59", "CAR", "250", needs="label submissions")
row("IV/60", "CAR", "251", needs="label submissions")

for done in ("MD/01", "MD/03", "MD/06", "MD/08", "MD/10", "MD/11", "MD/13"):
    row(done, "CAR CUR CIQ", applied=True)
row("MD/09", "CAR CUR CIQ", needs="spelling table, not public")
row("MD/17", "CAR CUR CIQ", needs="members of group names")
row("MD/18", SENT, "174", needs=DATABASE)

row("EL/02", "CAR", "154", applied=True)
row("EL/04", "CAR", "161", needs="members among publishers")

for number in range(1, 44):
    row(f"MAT/{number:02d}", "CAR CUR CIQ FSQ", needs="unpublished text")

for code, on, numbers in (
    ("PV/01", "CDR", "130"),
    ("PV/02", "CAR", "168"),
    ("PV/03", "CUR", ""),
    ("PV/04", "CAR", "127 247"),
    ("PV/05", "CUR", "131"),
    ("PV/06", "CAR", "114"),
    ("PV/10", "MER DMR", "150"),
    ("PV/11", "WFT", "151 152"),
    ("PV/12", "DMR", "172"),
    ("PV/14", "CDR", "117"),
    ("PV/20", "CUR", "144 247 127"),
    ("PV/21", "CUR", "145 144"),
    ("PV/22", "CUR CDR CMQ", "117"),
    ("PV/23", "CUR", "116"),
    ("PV/24", "CAR FSQ", "117 169"),
    ("PV/25", "CDR", "103 138 143 117"),
    ("PV/26", "CUR", "116 117"),
    ("PV/29", "CAR FSQ", "140 160 163 164"),
    ("PV/30", "CAR", "128"),
    ("PV/34", "CAR", "249"),
):
    row(code, on, numbers, needs=DATABASE)
