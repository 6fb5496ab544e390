import { eventBytes } from '../../contract/messageEvent.ts'

/** Texts that could confuse a reader of lines or bytes. */
export const HOSTILE: readonly unknown[] = [
  { text: 'hi' },
  'two\nlines',
  'a return\rand both\r\n\r\n',
  'data: x\n\nid: 7\nevent: ready\nretry: 1\n\n',
  ': a comment',
  ' a blank before and after ',
  '\ufeffa byte order mark',
  'next line \u0085, line \u2028 and paragraph \u2029 separator',
  'vertical \u000b, form \u000c, file \u001c, group \u001d, record \u001e',
  'a bell \u0007 and a delete \u007f',
  '👩‍🚀 ä € \u202e right to left',
  '"quoted" and \\backslashed\\ \\u2028 \\n',
  '</script><!-- %s ${x} $1 ',
  'null',
  null,
  '',
  [],
  { '': 0, 'id:': 'data:', __proto__: null },
  [1e20, -0.5, 1e-7, true],
  'x'.repeat(20_000),
  '€'.repeat(8_193),
]

/** A text whose event has this number of bytes, with the channel and sender of these tests. */
export function textOfSize(channel: string, bytes: number): string {
  const sender = { id: 'anonymous', name: 'anonymous' }
  const empty = { id: '0'.repeat(36), channel, type: 'message', sender, data: '""' }
  return 'x'.repeat(bytes - eventBytes(empty))
}
