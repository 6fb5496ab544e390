import { EventSource } from 'eventsource'
import type { Message } from '../../contract/message.ts'
import type { Opened } from './disposables.ts'

/** A reader by the `eventsource` package, and the positions of the messages it received. */
export class PackageReader {
  readonly positions: number[] = []
  readonly #source: EventSource
  isReady = false

  constructor(opened: Opened, url: string) {
    this.#source = new EventSource(url)
    opened.add(() => this.close())
    this.#source.addEventListener('ready', () => (this.isReady = true))
    this.#source.addEventListener('message', ({ data }) => {
      const { position }: Message = JSON.parse(String(data))
      this.positions.push(position)
    })
  }

  close(): void {
    this.#source.close()
  }
}
