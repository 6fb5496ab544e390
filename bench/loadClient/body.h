#ifndef BODY_H
#define BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How far the body of a response has been read. */
struct body {
  bool isChunked;
  /** Bytes left of this chunk; -1 in the line before it, of which `line` has been read; 0 after the last one. */
  int64_t chunkLeft;
  /** Where the length was told: bytes left; else -1. */
  int64_t left;
  char line[20];
  int lineLength;
};

void beginBody(struct body *body);

/** Answers how long the response's head is; 0 where it is not all there yet, -1 where it is not 200. Cuts `text` off there. */
long readHead(struct body *body, char *text, size_t length);

/** Takes what is not content out of a part of the body, in place; answers how much content is left in it. */
size_t readBody(struct body *body, char *text, size_t length);

/** Whether the body has ended; its connection may be kept all the same. */
static inline bool hasEnded(const struct body *body) {
  return body->chunkLeft == 0 || body->left == 0;
}

#endif
