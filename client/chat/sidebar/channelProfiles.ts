import type { Causeway } from '../../sdk/causeway.ts'
import { pause } from '../../sdk/pause.ts'
import { type ChannelProfile, myChannels } from '../../sdk/people.ts'
import { isHidden } from '../../../contract/grants.ts'

interface ChannelProfilesOptions {
  causeway: Causeway
  /** Something is other than it was. */
  changed: () => void
  /** Ends all requests. */
  left: AbortSignal
}

/** Until names that could not be read are asked for again. */
const RETRY_MS = 5_000

/** What a person's channels are called. */
export class ChannelProfiles {
  readonly #options: ChannelProfilesOptions
  readonly #all = new Map<string, ChannelProfile>()
  readonly #sought = new Set<string>()

  constructor(options: ChannelProfilesOptions) {
    this.#options = options
  }

  /** By the names of channels. */
  get all(): ReadonlyMap<string, ChannelProfile> {
    return this.#all
  }

  put(profile: ChannelProfile): void {
    this.#all.set(profile.name, profile)
  }

  drop(channel: string): void {
    this.#all.delete(channel)
  }

  /** False if that failed: they stay as they were until they are read again. */
  async read(): Promise<boolean> {
    const { causeway, left, changed } = this.#options
    try {
      const profiles = await myChannels(causeway, left)
      this.#all.clear()
      for (const profile of profiles) this.put(profile)
      changed()
      return true
    } catch {
      return false
    }
  }

  /** Reads them if there is a channel whose name says nothing: somebody may have been added to a private one. */
  async learn(followed: readonly string[]): Promise<void> {
    const hidden = followed.filter((name) => isHidden(name))
    const isNew = hidden.some((name) => !this.#all.has(name) && !this.#sought.has(name))
    for (const name of hidden) this.#sought.add(name)
    if (!isNew || (await this.read())) return
    const { left } = this.#options
    await pause(RETRY_MS, left)
    for (const name of hidden) this.#sought.delete(name)
    if (!left.aborted) await this.learn(hidden)
  }
}
