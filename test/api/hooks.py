"""What schemathesis cannot know of itself. """

import os
import uuid

import requests
import schemathesis


@schemathesis.serializer("application/x-ndjson")
def serialize_lines(_context, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """A key that was used for another message is refused, as described: so each key of a good request is a new one."""
    key = (case.headers or {}).get("Idempotency-Key")
    if key and case.meta and case.meta.generation.mode.is_positive:
        case.headers["Idempotency-Key"] = f"{uuid.uuid4()}{key}"[:255]


@schemathesis.auth(refresh_interval=None).apply_to(path_regex=r"^/account/(me|renew|logout|sessions|password|passkeys)")
class Session:
    """A session for each request that needs one: some of these requests end it."""

    def get(self, case, _context):
        origin = os.environ["CAUSEWAY_ORIGIN"]
        person = {"name": os.environ["CAUSEWAY_NAME"], "password": os.environ["CAUSEWAY_PASSWORD"]}
        answer = requests.post(f"{origin}/account/login", json=person, timeout=10)
        answer.raise_for_status()
        return answer.cookies.get_dict()

    def set(self, case, cookies, _context):
        case.cookies = {**(case.cookies or {}), **cookies}
