import type { RequestHandler } from 'express'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import type { ReadInTurn } from './readInTurn.ts'
import type { WaitForMessages, WaitInSeveral } from './waitForMessages.ts'

/** What pages of history need, of channels of one log or of several. */
export interface HistoryOptions {
  readInTurn: ReadInTurn
  requireAccess: RequireAccess
  /** Limits how many answers are open at once. */
  limitOpen: (handler: RequestHandler) => RequestHandler
  waitForMessages: WaitForMessages
  /** The same for channels of several logs. */
  waitInSeveral: WaitInSeveral
  logOf: (channel: string) => number
}
