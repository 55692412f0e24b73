"""The gateway's vault, for what registers say about people."""

import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.database import Base
from interface.vault import KEY_BYTES, Vault, master_vault


class DataKey(Base):
    """The key that encrypts content, itself wrapped by the master key outside the data folder."""

    __tablename__ = "data_key"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]


def open_vault(session: Session, master_key: Path, data: Path, *, now: datetime) -> Vault:
    """The gateway's vault; master key and data key are made at first use. Raises KeyIsExposed."""
    master = master_vault(master_key, data)
    row = session.scalars(select(DataKey).order_by(DataKey.made_at.desc())).first()
    if row is not None:
        return Vault(row.id, master.open(row.wrapped, f"data_key/wrapped/{row.id}"))
    key, key_id = secrets.token_bytes(KEY_BYTES), "k1"
    session.add(DataKey(id=key_id, wrapped=master.seal(key, f"data_key/wrapped/{key_id}"), made_at=now))
    session.flush()
    return Vault(key_id, key)
