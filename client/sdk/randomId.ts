/**
 * 128 random bits in hexadecimal. Browsers offer `crypto.randomUUID` on https and localhost only, but people also open the chat
 * as `http://<address in the local network>`.
 */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
