/** The image's HEALTHCHECK: whether the service answers on its private port. */
const host = process.env.METRICS_HOST ?? '127.0.0.1'
const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
const url = `http://${address.includes(':') ? `[${address}]` : address}:${process.env.METRICS_PORT}/live`
const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
process.exit(answer?.status === 200 ? 0 : 1)
