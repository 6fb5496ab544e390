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
  /** Open in the sense of the options, and counted as open. */
  bool isCounted;
  struct body body;
  /** The beginning of an incomplete event. */
  char *kept;
  size_t keptLength;
  /** When it reconnects; 0 if it does not. */
  int64_t comeBackAt;
  struct reading reading;
};

/** The options of the command line; see bench/load/loadClient.ts. */
struct options {
  int port, streams, channels, sources, slow, stalled, burst;
  long slowBytes;
  const char *path, *lastId;
  /** Stream n sends the token n modulo their number; none without tokens. */
  char **tokens;
  int tokenCount;
  bool resume, readyEvent;
  int64_t receivers;
};

/** All streams, and their counts. */
struct pool {
  struct stream *streams;
  int epoll;
  /** Streams that are opening, and streams that are open. */
  int beginning, open;
  uint64_t refused, failed, deferred, closedByServer, resumed, bytes;
  int64_t startedAt, openAt, headsAt;
};

extern struct options options;
extern struct tally tally;
extern struct pool pool;

/** The monotonic clock, in nanoseconds. */
int64_t now(void);
void die(const char *what);

void beginStream(struct stream *stream);
/** Sends the request once the connection stands, or ends the stream if that failed. */
void request(struct stream *stream);
#define READ_MOST (1 << 18)
void receive(struct stream *stream, size_t most);
/** The server ended the stream, or it never began. Counts that, and may reopen it later. */
void endStream(struct stream *stream, uint64_t *counter);
/** Closes the stream from the reader's side. */
void leave(struct stream *stream);

#endif
