/**
 * 128 random bits in hexadecimal. Not `crypto.randomUUID`: browsers offer that on https and localhost only, and the chat is
 * also opened as `http://<address in the local network>`.
 */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
