"""The tables the web applications share: people who sign in, their roles, passkeys, sessions and failed tries.

They live on their own ``metadata``; an application adds it to the metadata its migrations look at.
"""

from datetime import UTC, datetime
from typing import Any

from flask_security.models import sqla
from sqlalchemy import DateTime, Dialect, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

metadata = MetaData()


class Utc(TypeDecorator[datetime]):
    """An aware instant in UTC, also from SQLite, which gives it back without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of the shared tables."""

    metadata = metadata


sqla.FsModels.set_db_info(
    base_model=Base, user_table_name="web_user", role_table_name="web_role", webauthn_table_name="web_passkey"
)


class User(Base, sqla.FsUserMixin):  # type: ignore[misc]
    """A person who may sign in. The email address is the account's name; ``fs_uniquifier`` ties its sessions."""

    __tablename__ = "web_user"

    full_name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str | None] = mapped_column(String(8))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    one_time_until: Mapped[datetime | None] = mapped_column(Utc)


class Role(Base, sqla.FsRoleMixin):  # type: ignore[misc]
    """A named set of permissions; data, so that a society can cut roles as its work is cut."""

    __tablename__ = "web_role"


class WebAuthn(Base, sqla.FsWebAuthnMixin):  # type: ignore[misc]
    """A passkey of a person."""

    __tablename__ = "web_passkey"


class SessionRow(Base):
    """One session of one browser. Only the SHA-256 of the id is kept, so a copy of the table opens no session."""

    __tablename__ = "web_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_key: Mapped[str | None] = mapped_column(String(64), index=True)
    data: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(Utc)
    seen_at: Mapped[datetime] = mapped_column(Utc, index=True)


class FailedTry(Base):
    """Wrong passwords for one account from one address; the delay grows with the count (S-42)."""

    __tablename__ = "web_failed_try"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(Utc)


class SetupLink(Base):
    """The one-time link that makes the first administrator; only its SHA-256 is kept."""

    __tablename__ = "web_setup_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    valid_until: Mapped[datetime] = mapped_column(Utc)
    used_at: Mapped[datetime | None] = mapped_column(Utc)
