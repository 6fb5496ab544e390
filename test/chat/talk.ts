import { Causeway, type Message, Outbox } from '../../client/sdk/index.ts'

/** Posts a message of somebody who has no page; repeated until it is stored. */
export async function say(
  origin: string,
  channel: string,
  name: string,
  data: unknown,
  more: Parameters<Outbox['publish']>[2] = {},
): Promise<Message> {
  const id = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const headers = { 'Causeway-Sender': id, 'Causeway-Sender-Name': encodeURIComponent(name) }
  const causeway = new Causeway({ base: `${origin}/`, headers: () => headers })
  const outbox = new Outbox(causeway, { name: id })
  try {
    return await outbox.publish(channel, data, more)
  } finally {
    outbox.close()
  }
}
