import { EventSource } from 'launchdarkly-eventsource'

export default (url, heard) => {
  const source = new EventSource(url)
  // Node's emitters throw an error that has no listener.
  source.addEventListener('error', () => {})
  source.addEventListener('message', ({ data }) => heard('message', data))
}
