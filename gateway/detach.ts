import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'

/**
 * Takes the connection of an answer that has not begun away from Node's HTTP server and returns a bare socket on it, or
 * undefined where the reader has left already.
 *
 * A stream needs nothing of the request, the response and the parser any more, but they would stay as long as it does: two
 * thirds of its memory. Node's own way to let go of them is an upgrade, which EventSource does not ask for. So the server is
 * told that the answer is over, and the descriptor moves to a new socket; the old one, left without it, is destroyed, which
 * ends everything that hung on it by the server's own clean-up. The body that follows is ended by closing the connection.
 */
export function detach(response: ServerResponse): Socket | undefined {
  const { socket: old } = response
  if (old === null || old.destroyed) return undefined
  // The parser reads from the descriptor directly, past the socket, until somebody wants to hear 'data'.
  old.on('data', ignore)
  old.pause()
  // Otherwise the clean-up would find a request without an answer, and make an error with a stack for each.
  response.emit('finish')
  const handle: unknown = Reflect.get(old, '_handle')
  Reflect.set(old, '_handle', null)
  old.destroy()
  // Node describes this option of its sockets nowhere but in its own sources, like the property above.
  const options: Record<string, unknown> = { handle, readable: true, writable: true }
  const socket = new Socket(options)
  // What a reader sends is of no interest, but only reading shows that it has left.
  socket.resume()
  return socket
}

function ignore(): void {}
