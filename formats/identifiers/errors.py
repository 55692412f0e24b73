"""What can be wrong with a number. Each error carries the ``reason`` that answers and screens use."""

from collections.abc import Iterator
from contextlib import contextmanager

from stdnum import exceptions as stdnum_errors


class InvalidIdentifier(ValueError):
    """A value is not a number of its scheme."""

    reason = "character"


class WrongLength(InvalidIdentifier):
    """Too short or too long, or empty."""

    reason = "length"


class WrongCharacter(InvalidIdentifier):
    """A character stands where it may not."""

    reason = "character"


class WrongPrefix(InvalidIdentifier):
    """The number begins as a number of another scheme, or of none."""

    reason = "prefix"


class Placeholder(InvalidIdentifier):
    """Zeros, nines or the like, written where no number was known. To be read as absent."""

    reason = "placeholder"


class WrongCheckDigit(InvalidIdentifier):
    """The shape is right, the check digit or character is not: most often a slip of the pen."""

    reason = "check-digit"


@contextmanager
def translated(value: str) -> Iterator[None]:
    """Turn the errors of python-stdnum into ours."""
    try:
        yield
    except stdnum_errors.InvalidLength as error:
        raise WrongLength(value) from error
    except stdnum_errors.InvalidChecksum as error:
        raise WrongCheckDigit(value) from error
    except stdnum_errors.InvalidComponent as error:
        raise WrongPrefix(value) from error
    except stdnum_errors.ValidationError as error:
        raise WrongCharacter(value) from error
