"""Signed webhooks, as the Standard Webhooks specification has them: https://www.standardwebhooks.com."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

PREFIX = "whsec_"


def message(kind: str, *, made_at: datetime, data: dict[str, Any]) -> bytes:
    """The body: what happened, when, and the ids to ask the API for the rest. No names, no words."""
    return json.dumps({"type": kind, "timestamp": made_at.isoformat(), "data": data}, separators=(",", ":")).encode()


def headers(body: bytes, *, message_id: str, keys: Iterable[bytes], at: datetime) -> dict[str, str]:
    """What the receiver checks: the id stays the same with every attempt, the timestamp is the attempt's own."""
    timestamp = str(int(at.timestamp()))
    signatures = [sign(key, message_id=message_id, timestamp=timestamp, body=body) for key in keys]
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def sign(key: bytes, *, message_id: str, timestamp: str, body: bytes) -> str:
    """One signature: version 1, HMAC-SHA256 over id, timestamp and the very bytes that are sent."""
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def in_words(key: bytes) -> str:
    """A key as receivers are given it."""
    return PREFIX + base64.b64encode(key).decode()
