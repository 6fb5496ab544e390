import ReconnectingEventSource from 'reconnecting-eventsource'

export default (url, heard) => {
  const source = new ReconnectingEventSource(url)
  source.addEventListener('message', ({ data }) => heard('message', data))
}
