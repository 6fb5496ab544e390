/** The pods that the name server of a test knows, by their IPv4 addresses. */
export const addresses: string[] = []

const QUESTION_AT = 12
const A = 1

/** Answers a question for IPv4 addresses with those of all pods, and any other with none. */
export function answerOf(question: Buffer): Buffer {
  const nameEnd = question.indexOf(0, QUESTION_AT) + 1
  const asked = question.subarray(QUESTION_AT, nameEnd + 4)
  const found = question.readUInt16BE(nameEnd) === A ? addresses : []
  const head = Buffer.alloc(QUESTION_AT)
  question.copy(head, 0, 0, 2)
  // An answer, without an error, to one question.
  head.writeUInt16BE(0x8180, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(found.length, 6)
  const records = found.map((address) => {
    const record = Buffer.alloc(16)
    // The name is that of the question; the class is IN, for five seconds, as CoreDNS says it.
    record.writeUInt16BE(0xc000 + QUESTION_AT, 0)
    record.writeUInt16BE(A, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt32BE(5, 6)
    record.writeUInt16BE(4, 10)
    Buffer.from(address.split('.').map(Number)).copy(record, 12)
    return record
  })
  return Buffer.concat([head, asked, ...records])
}
