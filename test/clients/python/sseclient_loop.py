import sys

import requests

# Its module has the name of sseclient-py's, so it lies in a folder of its own.
sys.path.insert(0, "sseclient-alone")
from sseclient import SSEClient

from heard import URL, heard, returned

last_event_id = None
while True:
    try:
        for message in SSEClient(URL, last_id=last_event_id):
            heard(message.event, message.data)
            last_event_id = message.id or last_event_id
    except requests.RequestException as error:
        returned(error)
