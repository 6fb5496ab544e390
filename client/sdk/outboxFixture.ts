import { Causeway } from './causeway.ts'
import { Outbox, type OutboxOptions } from './outbox.ts'
import type { KeyValueStorage } from './outboxStorage.ts'

/** A browser's storage. */
export function memoryStorage(): KeyValueStorage & { items: Map<string, string> } {
  const items = new Map<string, string>()
  return {
    items,
    get length() {
      return items.size
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

/** An outbox whose news is noted in short: `sent hi`, `failed hi too-large`. */
export function anOutbox(options: Partial<OutboxOptions> = {}, renew?: () => Promise<boolean>) {
  const events: string[] = []
  const causeway = new Causeway({ base: 'https://chat.example/', renew })
  const outbox = new Outbox(causeway, {
    name: 'alice',
    sent: ({ data }) => events.push(`sent ${String(data)}`),
    failed: ({ data }, problem) => events.push(`failed ${String(data)} ${problem.type}`),
    ...options,
  })
  return { outbox, events }
}
