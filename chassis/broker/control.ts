import { randomUUID } from 'node:crypto'
import type { MqttClient } from 'mqtt'
import { z } from 'zod'
import { within } from '../deadline.ts'
import { ANSWER_TOPIC, CONTROL_TOPIC } from './acl.ts'

const ANSWER_WITHIN_MS = 5_000

const Answers = z.object({
  responses: z.array(
    z.looseObject({
      command: z.string(),
      correlationData: z.string().optional(),
      error: z.string().optional(),
      data: z.unknown().optional(),
    }),
  ),
})

export interface Command {
  command: string
  [parameter: string]: unknown
}

/** Changes users of a running broker through its dynamic security plugin. Its client must be the user `account`. */
export class BrokerControl {
  readonly #client: MqttClient
  readonly #waiting = new Map<string, (answer: Answer) => void>()

  constructor(client: MqttClient) {
    this.#client = client
    client.on('message', (topic, payload) => {
      if (topic === ANSWER_TOPIC) this.#receive(payload.toString())
    })
  }

  /**
   * Runs commands one after the other; returns the data of each.
   * @throws with the plugin's reason if it refuses one, other than because what is to be made is there already
   */
  async run(...commands: readonly Command[]): Promise<unknown[]> {
    await within(
      ANSWER_WITHIN_MS,
      'to listen to the answers',
      this.#client.subscribeAsync(ANSWER_TOPIC, { qos: 1 }),
    )
    const asked = commands.map((command) => ({ ...command, correlationData: randomUUID() }))
    const answers = Promise.all(asked.map(({ correlationData }) => this.#answerTo(correlationData)))
    // QoS 0: with QoS 1 the client would repeat a command after it was away, when something else may be right.
    this.#client.publish(CONTROL_TOPIC, JSON.stringify({ commands: asked }), { qos: 0 })
    return answers
  }

  async #answerTo(id: string): Promise<unknown> {
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve))
    try {
      const { command, error, data } = await within(ANSWER_WITHIN_MS, 'an answer', answer)
      if (error !== undefined && !/already exists/i.test(error)) {
        throw new Error(`the broker refused ${command}: ${error}`)
      }
      return data
    } finally {
      this.#waiting.delete(id)
    }
  }

  #receive(text: string): void {
    for (const answer of Answers.parse(JSON.parse(text)).responses) {
      this.#waiting.get(answer.correlationData ?? '')?.(answer)
    }
  }
}

type Answer = z.infer<typeof Answers>['responses'][number]
