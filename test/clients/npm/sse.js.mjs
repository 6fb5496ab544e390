import { SSE } from 'sse.js'

export default (url, heard) => {
  const source = new SSE(url, { autoReconnect: true })
  source.addEventListener('message', ({ data }) => heard('message', data))
  source.stream()
}
