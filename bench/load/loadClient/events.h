#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "histogram.h"

/** One message: when it was sent, and how many streams have it. */
struct message {
  int64_t position;
  int64_t sentAt;
  int64_t count;
};

/** Messages remembered: far more than are ever in flight. */
#define MESSAGES (1 << 17)

/** The messages that all streams received, and the faults among them. */
struct tally {
  /** Streams that should get each message. */
  int64_t receivers;
  struct message messages[MESSAGES];
  uint64_t events;
  /** Messages that all of their streams have. */
  uint64_t complete;
  uint64_t lost, doubled, unreadable, wrongIds;
  uint64_t gaps, resets, goodbyes, incomplete;
  int64_t lastEventAt;
  /** Times of every delivery, and of each message's first and last delivery. */
  struct histogram each, first, last;
};

#define NONE (-1)

/** The state of reading one stream. At its beginning all fields are zero, except that `last` is NONE. */
struct reading {
  /** Position of the last message, or of `ready`; NONE before both. */
  int64_t last;
  /** `last` belongs to a message, which the next one must name as its previous one. */
  bool chained;
  bool ready;
  /** Order and loss count, but not its delays, which are its own fault. */
  bool apart;
  int64_t events;
  /** The server's `retry:`; 0 if there was none. */
  int64_t retryMs;
  /** The last `id:`, to resume from. */
  char id[48];
};

/** Reads whole events, and returns how many bytes they took. The caller keeps the rest for the next call. */
size_t readEvents(struct tally *tally, struct reading *reading, const char *text, size_t length,
                  int64_t now);

#endif
