import { randomUUID } from 'node:crypto'

/**
 * `ORIGIN=https://… API_KEY=cw_… node smoke.mjs`: posts a message through the edge, receives it over a stream and reads it from
 * history. The key's principal needs `read,write` on `smoke.*`. Without a key, and with AUTH=required, it only sees that the services
 * answer and ask for a token. Exits with 0 if all of that works. For `helm test`, for a pipeline, and by hand.
 */
const { ORIGIN = 'http://127.0.0.1:8080', API_KEY } = process.env
const WITHIN_MS = 20_000

const channel = `smoke.${randomUUID()}`
const text = randomUUID()
const deadline = AbortSignal.timeout(WITHIN_MS)
let identity = { 'Causeway-Sender': 'smoke' }
try {
  if (API_KEY) identity = { Authorization: `Bearer ${await exchange()}` }
  else if ((await history()).status === 401) await endClosed()
  const stream = await listen()
  const posted = await post()
  expect(posted.status === 201, `a post is answered 201, not ${posted.status}`)
  const { position } = await posted.json()
  const event = await stream.message
  expect(event.position === position && event.data.text === text, 'the stream delivers the message')
  const again = await post()
  expect(again.status === 200, `the same key again is answered 200, not ${again.status}`)
  const { messages } = await (await history()).json()
  expect(messages.length === 1, 'history has it once')
  expect(messages[0].data.text === text, 'history returns what was posted')
  console.log(`Posted, delivered and read back through ${ORIGIN}.`)
  process.exit(0)
} catch (error) {
  console.error(`${ORIGIN}: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}`)
  process.exit(1)
}

/** An access token for the key. */
async function exchange() {
  const headers = { Authorization: `Bearer ${API_KEY}` }
  const answer = await ask('/account/token', { method: 'POST', headers })
  expect(answer.status === 200, `the key is answered 200, not ${answer.status}`)
  return (await answer.json()).access_token
}

async function endClosed() {
  const { status } = await ask(`/events?channel=${channel}`)
  expect(status === 401, `a stream without a token is answered 401, not ${status}`)
  const account = await ask('/account/methods')
  // Another issuer may stand in for it.
  expect([200, 404].includes(account.status), `account answers 200, not ${account.status}`)
  console.log(
    `${ORIGIN} answers, and asks for a token. With API_KEY=cw_… this posts and reads too.`,
  )
  process.exit(0)
}

/** Resolves when the stream is ready; `message` resolves to its first message. */
async function listen() {
  const response = await ask(`/events?channel=${channel}`)
  expect(response.status === 200, `the stream is answered 200, not ${response.status}`)
  const events = parse(response.body.pipeThrough(new TextDecoderStream()))
  for (;;) {
    const { value, done } = await events.next()
    expect(!done, 'the stream stays open')
    if (value.name === 'ready') break
  }
  return { message: firstMessage(events) }
}

async function firstMessage(events) {
  for await (const { name, data } of events) if (name === 'message') return JSON.parse(data)
  throw new Error('the stream has ended without the message')
}

async function* parse(chunks) {
  let rest = ''
  for await (const chunk of chunks) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop()
    for (const block of blocks) {
      const field = (name) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1]
      const data = field('data')
      if (data !== undefined) yield { name: field('event') ?? 'message', data }
    }
  }
}

function post() {
  return ask(`/channels/${channel}/messages`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Idempotency-Key': text,
    },
    body: JSON.stringify({ data: { text } }),
  })
}

function history() {
  return ask(`/history?channel=${channel}`)
}

function ask(path, options = {}) {
  const headers = { ...identity, ...options.headers }
  return fetch(new URL(path, ORIGIN), { ...options, headers, signal: deadline })
}

function expect(holds, what) {
  if (!holds) throw new Error(`It is not true that ${what}.`)
}
