#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "body.h"
#include "events.h"

enum state { IDLE, CONNECTING, HEAD, OPEN, CLOSED };
enum kind { ORDINARY, SLOW, STALLED };

struct stream {
  int fd;
  int index;
  enum state state;
  enum kind kind;
  /** It is open in the sense of the options, and counted as such. */
  bool isCounted;
  struct body body;
  /** The beginning of an event whose end has not come yet. */
  char *kept;
  size_t keptLength;
  /** When it connects anew; 0 where it does not. */
  int64_t comeBackAt;
  struct reading reading;
};

/** What the command line says; see bench/loadClient.ts. */
struct options {
  int port, streams, channels, sources, slow, stalled, burst;
  long slowBytes;
  const char *path, *lastId;
  bool resume, readyEvent;
  int64_t receivers;
};

/** How all streams are doing. */
struct crowd {
  struct stream *streams;
  int epoll;
  /** On their way to be open, and open. */
  int beginning, open;
  uint64_t refused, failed, deferred, closedByServer, resumed, bytes;
  int64_t startedAt, openAt, headsAt;
};

extern struct options options;
extern struct tally tally;
extern struct crowd crowd;

/** Of the monotonic clock, in nanoseconds. */
int64_t now(void);
void die(const char *what);

void beginStream(struct stream *stream);
/** It is connected, or could not be. */
void request(struct stream *stream);
#define READ_MOST (1 << 18)
void receive(struct stream *stream, size_t most);
/** The server has ended it, or it never began: counted there, and perhaps begun again later. */
void endStream(struct stream *stream, uint64_t *counter);
/** The reader leaves. */
void leave(struct stream *stream);

#endif
