import { createEventSource } from 'eventsource-client'

export default (url, heard) =>
  createEventSource({ url, onMessage: ({ event, data }) => heard(event, data) })
