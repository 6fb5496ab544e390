import httpx
from httpx_sse import SSEError, connect_sse

from heard import URL, heard, returned

last_event_id = ""
with httpx.Client() as client:
    while True:
        try:
            headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
            with connect_sse(client, "GET", URL, headers=headers) as event_source:
                for sse in event_source.iter_sse():
                    heard(sse.event, sse.data)
                    last_event_id = sse.id
            returned(None)
        except (httpx.HTTPError, SSEError) as error:
            returned(error)
