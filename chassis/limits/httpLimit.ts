import type { Request, Response } from 'express'
import { clientAddress } from '../clientAddress.ts'
import { type Limit, requireLimit, type Subject } from './limit.ts'

/** Whom a request counts for. */
export type SubjectOf = (request: Request) => Subject

export function createSubjectOf(proxyHops: number): SubjectOf {
  return (request) => ({
    principal: request.identity?.principal,
    address: clientAddress(request.socket, request.get('x-forwarded-for'), proxyHops),
  })
}

/** Throws `rate-limited` if the limit refuses a use, and then adds its headers. It takes nothing. */
export function checkLimit(limit: Limit, subject: Subject, response: Response): void {
  try {
    requireLimit(limit, subject)
  } catch (error) {
    showLimit(limit, subject, response)
    throw error
  }
}

/** Adds the RateLimit headers. */
export function showLimit(limit: Limit, subject: Subject, response: Response): void {
  const headers = limit.headers(subject)
  if (headers === undefined) return
  response.setHeader('RateLimit-Policy', headers['RateLimit-Policy'])
  response.setHeader('RateLimit', headers.RateLimit)
}
