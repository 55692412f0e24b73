"""The node's vault, for fields that stay at home."""

import base64
import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from interface.vault import KEY_BYTES, Vault, master_vault
from local_node.admin.models import DataKey


def open_vault(session: Session, master_key: Path, data: Path, *, now: datetime) -> Vault:
    """The node's vault; master key and data key are made at first use. Raises KeyIsExposed."""
    master = master_vault(master_key, data)
    row = session.scalars(select(DataKey).order_by(DataKey.made_at.desc())).first()
    if row is not None:
        return Vault(row.id, base64.b64decode(master.open_text(row.wrapped, f"data_key/wrapped/{row.id}")))
    key, key_id = secrets.token_bytes(KEY_BYTES), "k1"
    wrapped = master.seal_text(base64.b64encode(key).decode(), f"data_key/wrapped/{key_id}")
    session.add(DataKey(id=key_id, wrapped=wrapped, made_at=now))
    session.flush()
    return Vault(key_id, key)
