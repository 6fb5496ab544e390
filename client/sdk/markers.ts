import type { Causeway } from './causeway.ts'
import { postJson } from './request.ts'
import { isMessage, isObject } from './typeGuards.ts'
import type { Message } from '../../contract/message.ts'

/** Up to where the caller has read a channel that they follow. */
export interface Marker {
  channel: string
  /** Everything up to it is read. */
  position: number
  /** The position of the channel's last message. */
  head: number
  /** Messages of others above the marker; 100 stands for that and more. */
  unread: number
  /** The channel's last message, which may be a change of another one. */
  last: Message | null
}

/** A channel that the caller follows no more. */
export interface Unfollowed {
  channel: string
  followed: false
}

export interface MarkersPage {
  /** The number of the caller's last change, for `after`. */
  version: number
  /** Whether these are all markers; else those that were changed. */
  complete: boolean
  markers: (Marker | Unfollowed)[]
}

/** The caller's markers; `after`: only those that were changed after that version, by any device. */
export function markersPage(
  causeway: Causeway,
  { after = 0 }: { after?: number } = {},
  signal?: AbortSignal,
): Promise<MarkersPage> {
  const search = after === 0 ? '' : `?after=${after}`
  return causeway.get(`markers${search}`, isMarkersPage, signal)
}

/**
 * Moves markers forward, 100 at most, and follows their channels. Without a position: up to the channel's head. It may be repeated.
 */
export function moveMarkers(
  causeway: Causeway,
  markers: readonly { channel: string; position?: number | undefined }[],
  signal?: AbortSignal,
): Promise<MarkersPage> {
  return causeway.attempt('markers', postJson({ markers }), isMarkersPage, signal)
}

/** Follows a channel no more. */
export function unfollow(causeway: Causeway, channel: string, signal?: AbortSignal): Promise<void> {
  const search = new URLSearchParams({ channel }).toString()
  return causeway.attempt(`markers?${search}`, { method: 'DELETE' }, isNothing, signal)
}

export function isFollowed(marker: Marker | Unfollowed): marker is Marker {
  return !('followed' in marker)
}

/** An answer without a body. */
export function isNothing(body: unknown): body is void {
  return body === undefined
}

function isMarkersPage(value: unknown): value is MarkersPage {
  return (
    isObject(value) &&
    Number.isSafeInteger(value.version) &&
    Array.isArray(value.markers) &&
    value.markers.every(isMarker)
  )
}

function isMarker(value: unknown): value is Marker | Unfollowed {
  if (!isObject(value) || typeof value.channel !== 'string') return false
  if (value.followed === false) return true
  const { position, head, unread, last } = value
  return [position, head, unread].every(Number.isSafeInteger) && (last === null || isMessage(last))
}
