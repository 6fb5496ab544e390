#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "histogram.h"

/** What is known of one message: when it was sent, and how many streams have it. */
struct message {
  int64_t position;
  int64_t sentAt;
  int64_t count;
};

/** Messages of which that is remembered: far more than are ever on their way at once. */
#define MESSAGES (1 << 17)

/** What all streams together have got, and what was wrong with it. */
struct tally {
  /** Streams that each message is for. */
  int64_t receivers;
  struct message messages[MESSAGES];
  uint64_t events;
  /** Messages that all of their streams have. */
  uint64_t complete;
  uint64_t lost, doubled, unreadable, wrongIds;
  uint64_t gaps, resets, goodbyes, incomplete;
  int64_t lastEventAt;
  /** Of every delivery, and of each message's first and last one. */
  struct histogram each, first, last;
};

#define NONE (-1)

/** How far one stream has been read. All zero at its beginning, but for `last`: NONE. */
struct reading {
  /** Position of its last message, or what `ready` told; NONE before either. */
  int64_t last;
  /** `last` is a message's: the next one must name it as the one before. */
  bool chained;
  bool ready;
  /** It is watched for order and loss, but its delays are its own fault and are not counted. */
  bool apart;
  int64_t events;
  /** As the server told it; 0 where it did not. */
  int64_t retryMs;
  /** The last `id:`, for whoever resumes. */
  char id[48];
};

/** Reads whole events and answers how many bytes they took; the rest is for the next time. */
size_t readEvents(struct tally *tally, struct reading *reading, const char *text, size_t length,
                  int64_t now);

#endif
