import { setTimeout as delay } from 'node:timers/promises'
import mqtt, { type MqttClient } from 'mqtt'
import { BrokerControl } from '../../../../chassis/broker/control.ts'
import { Devices } from '../../../../chassis/broker/devices.ts'
import type { Stack } from '../../../../stack/stack.ts'
import { query, readHead } from '../../../faults/rig/database.ts'
import { grant, rightsOf } from '../../../support/accessRows.ts'
import { comesTrue } from '../../../support/waitFor.ts'
import { originsOf } from '../../doors.ts'
import { acceptedFault } from './judge.ts'

const POST_EVERY_MS = 5
const HEARD_WITHIN_SECONDS = 10

const MAY_POST = /^device:may-\d+$/
/** What ingest sends beside stored messages. */
const OF_INGEST = /^causeway\/(?:receipts\/device:may-|sessions\/causeway-ingest-)/

/**
 * What is looked at while others send to a broker: every message that it accepts, messages that ingest publishes meanwhile, the users
 * that it has, and the log.
 */
export class Watch {
  readonly faults: string[] = []
  posted = 0
  /** Stored messages at the broker, other than those of devices. */
  stored = 0
  readonly #stack: Stack
  readonly #admin: MqttClient
  readonly #control: BrokerControl
  readonly #usersBefore: string
  readonly #headBefore: number
  readonly #pidsBefore: string
  readonly #posting: Promise<void>
  #isOver = false

  /** Makes a user with the rights on `fuzz.**` of each of these names, and one without any of each of the others. */
  static async open(
    stack: Stack,
    users: { may: readonly string[]; none: readonly string[]; password: string },
  ): Promise<Watch> {
    const admin = await mqtt.connectAsync(stack.mqttUrl, { protocolVersion: 5 })
    const control = new BrokerControl(admin)
    const devices = new Devices(control, 'causeway')
    const rights = rightsOf(...users.may.map((name) => grant(name, 'fuzz.**', 'read', 'write')))
    for (const principal of [...users.may, ...users.none]) {
      await devices.put({ principal, groups: [] }, users.password, rights)
    }
    const before = await readUsers(control)
    const { position: head } = await readHead(stack.databaseUrl)
    const watch = new Watch(stack, admin, control, { users: before, head })
    await admin.subscribeAsync('#', { qos: 0 })
    return watch
  }

  private constructor(
    stack: Stack,
    admin: MqttClient,
    control: BrokerControl,
    before: { users: string; head: number },
  ) {
    this.#stack = stack
    this.#admin = admin
    this.#control = control
    this.#usersBefore = before.users
    this.#headBefore = before.head
    this.#pidsBefore = pidsOf(stack)
    admin.on('message', (topic, payload) => this.#accepted(topic, String(payload)))
    this.#posting = this.#postAll()
  }

  /** Looks at everything for the last time. */
  async close(): Promise<void> {
    this.#isOver = true
    await this.#posting
    const { faults } = this
    // The broker lives, and carries what ingest gives it.
    const isAll = await comesTrue(() => this.stored >= this.posted, HEARD_WITHIN_SECONDS)
    if (!isAll || this.stored > this.posted) {
      faults.push(
        `the broker carried ${this.stored} stored messages, and ${this.posted} were posted`,
      )
    }
    const logged = await this.#logged()
    if (logged !== this.posted) {
      faults.push(`the log has ${logged} new messages, and ${this.posted} were posted`)
    }
    if ((await readUsers(this.#control)) !== this.#usersBefore) faults.push('users have changed')
    if (pidsOf(this.#stack) !== this.#pidsBefore) faults.push('a process has died')
    await this.#admin.endAsync()
  }

  /** The new messages of the log, other than those that devices may have posted. */
  async #logged(): Promise<number> {
    const rows = await query(
      this.#stack.databaseUrl,
      `select "channel", "sender_id" from "message" where "position" > ${this.#headBefore}`,
    )
    const isOfDevice = (row: (typeof rows)[number]): boolean =>
      MAY_POST.test(row['sender_id'] ?? '') && row['channel']?.startsWith('fuzz.') === true
    return rows.filter((row) => !isOfDevice(row)).length
  }

  #accepted(topic: string, payload: string): void {
    if (topic.startsWith('$CONTROL/') || OF_INGEST.test(topic)) return
    const isOfDevice =
      topic.startsWith('causeway/channels/fuzz/') && MAY_POST.test(senderOf(payload))
    if (isOfDevice) return
    if (/^causeway\/channels\/(?:fuzz|secret)\/a$/.test(topic)) this.stored++
    else {
      const fault = acceptedFault(topic)
      if (fault !== undefined) this.faults.push(fault)
    }
  }

  /** Posts to a channel that devices may hear, and to one that nobody may, by turns. */
  async #postAll(): Promise<void> {
    const { ingest } = originsOf(this.#stack)
    while (!this.#isOver) {
      const channel = this.posted % 2 === 0 ? 'fuzz.a' : 'secret.a'
      const { status } = await fetch(`${ingest}/channels/${channel}/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"data":"x"}',
      })
      if (status === 201) this.posted++
      else this.faults.push(`a post got ${status}`)
      await delay(POST_EVERY_MS)
    }
  }
}

function senderOf(payload: string): string {
  try {
    return String(Object(JSON.parse(payload)).sender?.id)
  } catch {
    return ''
  }
}

async function readUsers(control: BrokerControl): Promise<string> {
  const everything = [
    { command: 'listClients', verbose: true },
    { command: 'listRoles', verbose: true },
    { command: 'getDefaultACLAccess' },
  ]
  return JSON.stringify(await control.run(...everything))
}

function pidsOf({ processes }: Stack): string {
  return processes.map(({ name, pid }) => `${name} ${pid}`).join()
}
