"""Numbers, shares, money and instants as people of a language write them; exact, never through float."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.core import Locale

from interface.languages import language, time_zone

HUNDREDTH = Decimal("0.01")


def _locale() -> Locale:
    return Locale.parse(language())


def format_number(value: "int | Decimal | Fraction | str", places: int = 0) -> str:
    """``1204`` as ``1,204`` or ``1 204``; ``places`` decimals are always shown."""
    return _written(_decimal(value, places), places, language())


@lru_cache(maxsize=4096)
def _written(value: Decimal, places: int, language: str) -> str:
    """The same few shares and counts stand on every page."""
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return str(numbers.format_decimal(value, format=pattern, locale=Locale.parse(language)))


def format_percent(value: "int | Decimal | str", places: int = 0) -> str:
    """Percent, with the sign where the language puts it: ``97.5%`` or ``97,5 %``."""
    decimals = "." + "0" * places if places else ""
    pattern = _locale().percent_formats[None].pattern.replace("#,##0", f"#,##0{decimals}")
    return str(numbers.format_percent(_decimal(value, places) / 100, format=pattern, locale=_locale()))


def format_share(value: "int | Decimal | Fraction | str") -> str:
    """A share in percent with two decimals.

    ``Fraction`` is a part of the whole, ``int`` counts hundredths of a percent (as CWR does), ``Decimal`` and text are
    percent. A third is shown as ``1/3``, because no finite percent says the same.
    """
    if isinstance(value, str) and "/" in value:
        return value
    if isinstance(value, Fraction):
        exact = value * 10_000
        if exact.denominator != 1:
            return f"{value.numerator}/{value.denominator}"
        value = int(exact)
    percent = Decimal(value) / 100 if isinstance(value, int) else Decimal(value)
    return format_number(percent, 2)


def format_money(value: "int | Decimal", currency: str | None = None) -> str:
    """An amount with its currency's decimals. ``Decimal`` counts whole units, ``int`` the smallest unit (cents)."""
    places = numbers.get_currency_precision(currency) if currency else 2
    amount = Decimal(value).scaleb(-places) if isinstance(value, int) else value
    text = format_number(amount, places)
    return f"{currency} {text}" if currency else text


def format_instant(value: datetime, kind: str = "time") -> str:
    """An aware instant in the society's time zone: ``time`` (09:41), ``seconds``, ``exact``, ``short``, ``day``."""
    local = value.astimezone(ZoneInfo(time_zone()))
    if kind == "exact":
        return f"{local:%H:%M:%S}{numbers.get_decimal_symbol(_locale())}{local.microsecond // 1000:03d}"
    if kind == "day":
        return format_day(local.date())
    if kind == "short":
        return f"{format_day(local.date())} {local:%H:%M}"
    return f"{local:%H:%M:%S}" if kind == "seconds" else f"{local:%H:%M}"


def format_day(value: date) -> str:
    """A day in words, unmistakable in every language: ``24 Nov 2026``."""
    return str(dates.format_date(value, format="d MMM y", locale=_locale()))


def _decimal(value: "int | Decimal | Fraction | str", places: int) -> Decimal:
    if isinstance(value, Fraction):
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-places))
    return Decimal(value)
