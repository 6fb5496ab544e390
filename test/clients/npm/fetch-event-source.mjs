import { fetchEventSource } from '@microsoft/fetch-event-source'

// It is of browsers, and in Node asks for no more than this.
globalThis.window ??= globalThis

export default (url, heard) =>
  fetchEventSource(url, {
    openWhenHidden: true,
    onmessage: ({ event, data }) => heard(event, data),
    // Without this the end of a stream is the end of it all.
    onclose: () => {
      throw new Error('come back')
    },
  })
