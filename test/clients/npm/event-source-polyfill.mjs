import { EventSourcePolyfill } from 'event-source-polyfill'

export default (url, heard) => {
  const source = new EventSourcePolyfill(url)
  source.addEventListener('message', ({ data }) => heard('message', data))
}
