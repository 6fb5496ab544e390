import asyncio

import aiohttp
from aiohttp_sse_client2 import client as sse_client

from heard import URL, heard, returned


async def main():
    last_event_id = None
    while True:
        try:
            headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
            async with sse_client.EventSource(URL, headers=headers) as event_source:
                async for event in event_source:
                    heard(event.type, event.data)
                    last_event_id = event.last_event_id or last_event_id
            returned(None)
        except (ConnectionError, aiohttp.ClientError, asyncio.TimeoutError) as error:
            returned(error)


asyncio.run(main())
