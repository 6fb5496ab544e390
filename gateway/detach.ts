import { Socket } from 'node:net'

/**
 * Takes a connection away from Node's HTTP server and returns a bare socket on it.
 *
 * A stream needs nothing of the request, the response and the parser any more, but they would stay as long as it does: two
 * thirds of its memory. Node's own way to let go of them is an upgrade, which EventSource does not ask for. So the descriptor
 * moves to a new socket, and the old one, left without it, is destroyed: that ends everything that hung on it, by the
 * server's own clean-up, as if the reader had left. The body that follows is ended by closing the connection.
 *
 * The request must have been read and nothing of an answer been written.
 */
export function detach(old: Socket): Socket {
  // The parser reads from the descriptor directly, past the socket, until somebody wants to hear 'data'.
  old.on('data', ignore)
  old.pause()
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
