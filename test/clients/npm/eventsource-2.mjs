import EventSource from 'eventsource-2'

export default (url, heard) => {
  const source = new EventSource(url)
  source.addEventListener('message', ({ data }) => heard('message', data))
}
