import type { Api } from './api.ts'
import { aMessage } from './sdk/messageFixture.ts'
import { Unsent } from './unsent.ts'
import type { HistoryPage } from '../contract/history.ts'
import type { Message } from '../contract/message.ts'

interface Call<Arguments, Answer> {
  args: Arguments
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/** An API whose calls the test answers, in any order, and a sender who has nothing unsent. */
export function fakeApi() {
  const posts: Call<Parameters<Api['post']>, Message>[] = []
  const pages: Call<Parameters<Api['history']>, HistoryPage>[] = []
  const api: Pick<Api, 'post' | 'history'> = {
    post: (...args) => new Promise((resolve, reject) => void posts.push({ args, resolve, reject })),
    history: (...args) =>
      new Promise((resolve, reject) => void pages.push({ args, resolve, reject })),
  }
  return { api, posts, pages, unsent: new Unsent(undefined, 'me') }
}

/** A page of history with these positions, newest first; it is the last page unless `next` names another. */
export function aPage(positions: number[], next: string | null = null): HistoryPage {
  const messages = positions.map((position) => aMessage({ position }))
  return { channel: 'lobby', messages, head: positions[0] ?? 0, low: 0, next, prev: null }
}

/** Resolves when everything that is settled has been handled, also through the body of an answer. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve))
}
