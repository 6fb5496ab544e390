#define _GNU_SOURCE
#include "body.h"
#include <stdlib.h>
#include <string.h>

void beginBody(struct body *body) {
  *body = (struct body){.chunkLeft = -1, .left = -1};
}

long readHead(struct body *body, char *text, size_t length) {
  char *stop = memmem(text, length, "\r\n\r\n", 4);
  if (stop == NULL) return 0;
  if (length < 12 || memcmp(text + 8, " 200", 4) != 0) return -1;
  *stop = 0;
  body->isChunked = strcasestr(text, "\r\nTransfer-Encoding: chunked") != NULL;
  const char *told = strcasestr(text, "\r\nContent-Length: ");
  if (told != NULL) body->left = atoll(told + 18);
  return stop + 4 - text;
}

static size_t unchunk(struct body *body, char *text, size_t length) {
  size_t read = 0, written = 0;
  while (read < length && body->chunkLeft != 0) {
    if (body->chunkLeft > 0) {
      size_t take = length - read;
      if ((int64_t)take > body->chunkLeft) take = (size_t)body->chunkLeft;
      memmove(text + written, text + read, take);
      read += take;
      written += take;
      body->chunkLeft -= (int64_t)take;
      if (body->chunkLeft == 0) body->chunkLeft = -1;
      continue;
    }
    char c = text[read++];
    if (c == '\n' && body->lineLength > 0) {
      body->line[body->lineLength] = 0;
      body->chunkLeft = strtoll(body->line, NULL, 16);
      body->lineLength = 0;
    } else if (c != '\r' && c != '\n' && body->lineLength < (int)sizeof body->line - 1) {
      body->line[body->lineLength++] = c;
    }
  }
  return written;
}

size_t readBody(struct body *body, char *text, size_t length) {
  if (body->isChunked) return unchunk(body, text, length);
  if (body->left > 0) body->left -= (int64_t)length;
  return length;
}
