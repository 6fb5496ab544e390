/** Message data in one page; without this, a page of the largest messages would hold tens of megabytes. */
export const PAGE_BYTES = 4_000_000

/** Message data in one read: posts wait a millisecond or two while its rows are unpacked and encoded. */
export const READ_BYTES = 131_072
export const READ_COUNT = 100

/** Messages that a page looks at in all its channels together. Each costs about a microsecond, and twenty if its place is not in memory. */
export const LOOKS = 5_000
