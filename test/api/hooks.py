"""What schemathesis cannot know of itself."""

import os
import uuid

import requests
import schemathesis


@schemathesis.serializer("application/x-ndjson")
def serialize_lines(_context, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """Good requests stay good where OpenAPI cannot say which of their parts go together."""
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    # A key that was used for another message is refused, as described: so each key is a new one.
    key = (case.headers or {}).get("Idempotency-Key")
    if key:
        case.headers["Idempotency-Key"] = f"{uuid.uuid4()}{key}"[:255]
    # It says whose the markers are with AUTH=open, and here there is a token.
    if case.headers:
        case.headers.pop("Causeway-Sender", None)
    if case.operation.label == "POST /markers" and isinstance(case.body, dict):
        case.body["markers"] = list({move["channel"]: move for move in case.body["markers"]}.values())
    if case.operation.label == "GET /events":
        drop_impossible_ids(case.headers, "Last-Event-ID")
        drop_impossible_ids(case.query, "lastEventId", "since")
        case.query = stream_that_may_be(dict(case.query or {}))
    if case.operation.label == "GET /history":
        case.query = page_or_search(dict(case.query or {}))


def drop_impossible_ids(given, *names):
    """A position is below 2^53, and an id over several logs has them in their order: only Causeway writes such an id."""
    for name in names:
        text = str((given or {}).get(name, ""))
        digits = text.rpartition("-")[2]
        if text.startswith("~") or (digits.isdigit() and int(digits) >= 2**53):
            del given[name]


def stream_that_may_be(query):
    """A stream has the presence and signals of its own channels only, and the last N of each are a thousand messages at most."""
    own = query.get("channel", [])
    for name in {"presence", "signals"} & query.keys():
        query[name] = [channel for channel in query[name] if channel in own]
    since = str(query.get("since", ""))
    if since.startswith("-") and int(since) * len(own) < -1_000:
        query["since"] = "-1"
    return query


def page_or_search(query):
    """One address reads a page and, with `q`, searches: each has parameters that the other does not take."""
    if "q" in query:
        wrong = {"about", "changes", "wait"}
        query["q"] = f"tide {query['q']}"[:60]
        if query.get("order") != "rank":
            wrong |= {"order", "below"}
        if int(query.get("limit", 0)) > 100:
            wrong.add("limit")
    else:
        wrong = {"below"}
        query.setdefault("channel", ["lobby"])
        if query.get("order") in ("time", "rank"):
            wrong.add("order")
        # Waiting for messages would only take time.
        wrong.add("wait")
    return {name: value for name, value in query.items() if name not in wrong}


@schemathesis.auth(refresh_interval=None).apply_to(
    path_regex=r"^/account/(me|renew|logout|sessions|password|passkeys)"
)
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
