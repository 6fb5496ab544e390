import requests
from requests_sse import EventSource, InvalidContentTypeError, InvalidStatusCodeError

from heard import URL, heard, returned

last_event_id = None
while True:
    try:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        with EventSource(URL, headers=headers, timeout=30) as event_source:
            for event in event_source:
                heard(event.type, event.data)
                last_event_id = event.last_event_id or last_event_id
        returned(None)
    except (InvalidStatusCodeError, InvalidContentTypeError, requests.RequestException) as error:
        returned(error)
