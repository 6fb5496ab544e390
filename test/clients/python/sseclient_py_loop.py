import requests
import sseclient

from heard import URL, heard, returned

last_event_id = None
while True:
    try:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        response = requests.get(URL, stream=True, headers=headers)
        response.raise_for_status()
        for event in sseclient.SSEClient(response).events():
            heard(event.event, event.data)
            last_event_id = event.id or last_event_id
        returned(None)
    except requests.RequestException as error:
        returned(error)
