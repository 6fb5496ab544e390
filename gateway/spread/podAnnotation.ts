import { readFile } from 'node:fs/promises'
import { request } from 'node:https'

/** The kubelet puts them there; it renews the token. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
const TIMEOUT_MS = 5_000

export interface Pod {
  namespace: string
  name: string
}

interface ApiServer {
  url: string
  /** The folder with `token` and `ca.crt`. */
  account: string
}

const OWN: ApiServer = { url: 'https://kubernetes.default.svc', account: ACCOUNT }

/** Writes the annotation that says what it costs to delete a pod. Rejects if the API server does not take it. */
export async function annotateCost(
  { namespace, name }: Pod,
  cost: number,
  { url, account }: ApiServer = OWN,
): Promise<void> {
  const [token, ca] = await Promise.all(
    ['token', 'ca.crt'].map((file) => readFile(`${account}/${file}`, 'utf8')),
  )
  const annotations = { 'controller.kubernetes.io/pod-deletion-cost': String(cost) }
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(
      new URL(`/api/v1/namespaces/${namespace}/pods/${name}`, url),
      {
        method: 'PATCH',
        ca,
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          authorization: `Bearer ${token?.trim()}`,
          'content-type': 'application/merge-patch+json',
        },
      },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify({ metadata: { annotations } }))
  })
  if (status !== 200) throw new Error(`the API server answered ${status}`)
}
