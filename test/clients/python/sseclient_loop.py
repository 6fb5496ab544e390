import sys

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
    # Also what is below requests, of which it reads directly.
    except OSError as error:
        returned(error)
