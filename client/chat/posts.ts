import { failureText } from './labels.ts'
import { Store } from './store.ts'
import type { Causeway } from '../sdk/causeway.ts'
import type { ShownMessage } from '../sdk/history.ts'
import { Outbox, type OutboxOptions } from '../sdk/outbox.ts'
import { OutboxFull } from '../sdk/outboxQueue.ts'
import type { Unsent } from '../sdk/outboxStorage.ts'
import type { Message } from '../../contract/message.ts'

/** How the browser keeps what was not sent. */
export type OutboxKept = Pick<OutboxOptions, 'storage' | 'tab' | 'locks'>

interface PostsOptions {
  causeway: Causeway
  /** One's own sender id. */
  me: string
  kept: OutboxKept
  /** The server has stored it. */
  sent: (unsent: Unsent, message: Message) => void
  /** The server has refused it. */
  failed: (key: string) => void
  /** Tells the person of something that has no place on the page. */
  say: (notice: string) => void
}

/** Messages that may await their answer at once. */
const MAX_SENDING = 50

const NOT_DONE = {
  edit: 'Not changed.',
  delete: 'Not deleted.',
  reaction: 'The reaction was not stored.',
  unreaction: 'The reaction was not taken back.',
  reply: '',
} as const

/** What one sender posts: messages, replies, and changes of messages. All of it waits in an outbox until it is stored or refused. */
export class Posts extends Store {
  readonly outbox: Outbox
  readonly #me: string
  readonly #say: (notice: string) => void

  constructor({ causeway, me, kept, sent, failed, say }: PostsOptions) {
    super()
    this.#me = me
    this.#say = say
    this.outbox = new Outbox(causeway, {
      ...kept,
      name: me,
      changed: () => this.changed(),
      sent,
      failed: (unsent) => {
        failed(unsent.key)
        this.#failed(unsent)
      },
    })
  }

  /** False if too many messages await their answer. */
  send(channel: string, text: string, replyTo?: number): boolean {
    const sending = this.outbox.unsent().filter(({ failure }) => failure === undefined)
    if (sending.length >= MAX_SENDING) return false
    return this.#add(channel, { text }, replyTo && { position: replyTo, as: 'reply' })
  }

  edit({ channel, position }: Message, text: string): void {
    this.#add(channel, { text }, { position, as: 'edit' })
  }

  remove({ channel, position }: Message): void {
    this.#add(channel, null, { position, as: 'delete' })
  }

  /** Adds one's reaction, or takes it back. */
  react({ channel, position, reactions = [] }: ShownMessage, name: string): void {
    const mine = reactions.find((each) => each.name === name)?.senders.includes(this.#me) === true
    this.#add(channel, name, { position, as: mine ? 'unreaction' : 'reaction' })
  }

  retry(key: string): void {
    this.outbox.retry(key)
  }

  discard(key: string): void {
    this.outbox.discard(key)
  }

  #add(channel: string, data: unknown, about: Unsent['about'] | 0 | undefined): boolean {
    try {
      this.outbox.add(channel, data, about ? { about } : {})
      return true
    } catch (error) {
      if (!(error instanceof OutboxFull)) throw error
      this.#say('Too much waits to be sent. Wait until you are connected.')
      return false
    }
  }

  /** A message stays, with its failure. A change has no place to show it. */
  #failed({ key, about, failure = 'internal' }: Unsent): void {
    if (about === undefined || about.as === 'reply') return
    this.outbox.discard(key)
    this.#say(`${NOT_DONE[about.as]} ${failureText(failure)}`)
  }
}
