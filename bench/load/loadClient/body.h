#ifndef BODY_H
#define BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The state of reading the body of a response. */
struct body {
  bool isChunked;
  /** Bytes left of this chunk; -1 inside the line before it, whose beginning is in `line`; 0 after the last chunk. */
  int64_t chunkLeft;
  /** Bytes left, if the response has a length; else -1. */
  int64_t left;
  char line[20];
  int lineLength;
};

void beginBody(struct body *body);

/** Returns the length of the response's head: 0 if it is incomplete, -1 if the status is not 200. Ends `text` after it. */
long readHead(struct body *body, char *text, size_t length);

/** Removes chunk lines from a chunk of the body, in place. Returns the length of the content. */
size_t readBody(struct body *body, char *text, size_t length);

/** Whether the body has ended. Its connection may stay open. */
static inline bool hasEnded(const struct body *body) {
  return body->chunkLeft == 0 || body->left == 0;
}

#endif
