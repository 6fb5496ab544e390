import { EventSource } from 'launchdarkly-eventsource'

export default (url, heard) => {
  const source = new EventSource(url)
  // Of an error that nobody listens to, Node's emitters make an exception.
  source.addEventListener('error', () => {})
  source.addEventListener('message', ({ data }) => heard('message', data))
}
