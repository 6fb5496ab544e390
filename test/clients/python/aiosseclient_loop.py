import asyncio

import aiohttp
from aiosseclient import aiosseclient

from heard import URL, heard, returned


async def main():
    last_event_id = None
    while True:
        try:
            async for event in aiosseclient(URL, last_id=last_event_id):
                heard(event.event, event.data)
                last_event_id = event.id or last_event_id
            returned(None)
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            returned(error)


asyncio.run(main())
