#define _GNU_SOURCE
#include "events.h"
#include <string.h>

/* Server-sent events with Causeway's messages as data: {"position":P,"previous":Q,…"sent":T…}. Every peer gets the same messages, so
 * every peer's streams are checked in the same way. On a stream of one channel each message names the one before it, which proves
 * order, completeness and that nothing came twice. T is CLOCK_MONOTONIC in nanoseconds.
 *
 * Only Centrifugo wraps them: {"channel":…,"pub":{"data":…}}, and names none of its events. */

struct text {
  const char *at, *end;
};

struct event {
  struct text name, data, id, retry;
};

static bool number(struct text *text, int64_t *value) {
  const char *start = text->at;
  int64_t result = 0;
  while (text->at < text->end && *text->at >= '0' && *text->at <= '9') {
    result = result * 10 + (*text->at++ - '0');
  }
  *value = result;
  return text->at > start;
}

static bool skip(struct text *text, const char *prefix, size_t length) {
  if ((size_t)(text->end - text->at) < length) return false;
  if (memcmp(text->at, prefix, length) != 0) return false;
  text->at += length;
  return true;
}
#define SKIP(text, prefix) skip(text, prefix, sizeof prefix - 1)

static bool holds(struct text text, const char *word) {
  return memmem(text.at, (size_t)(text.end - text.at), word, strlen(word)) != NULL;
}

static bool is(struct text text, const char *word) {
  size_t length = strlen(word);
  return (size_t)(text.end - text.at) == length && memcmp(text.at, word, length) == 0;
}

static int64_t sentAt(struct text data) {
  const char *found = memmem(data.at, (size_t)(data.end - data.at), "\"sent\":", 7);
  int64_t time;
  if (found == NULL) return NONE;
  struct text rest = {found + 7, data.end};
  return number(&rest, &time) ? time : NONE;
}

/** The position at the end of an id: `<epoch>-<position>`. */
static int64_t idPosition(struct text id) {
  const char *dash = memrchr(id.at, '-', (size_t)(id.end - id.at));
  int64_t position;
  if (dash == NULL) return NONE;
  struct text rest = {dash + 1, id.end};
  return number(&rest, &position) ? position : NONE;
}

static void measure(struct tally *tally, struct text data, int64_t position, int64_t now) {
  struct message *message = &tally->messages[position & (MESSAGES - 1)];
  if (message->position > position) return;
  if (message->position < position) *message = (struct message){position, sentAt(data), 0};
  int64_t time = now - message->sentAt;
  addTime(&tally->each, time);
  if (++message->count == 1) addTime(&tally->first, time);
  if (message->count == tally->receivers) {
    addTime(&tally->last, time);
    tally->complete++;
  }
}

/** Centrifugo's own events: a stream is subscribed, {"connect":…}, or still alive, {}. */
static bool readPush(struct reading *reading, struct text data) {
  if (is(data, "{}")) return true;
  if (!SKIP(&data, "{\"connect\":")) return false;
  reading->ready = true;
  return true;
}

static struct text unwrap(struct text data) {
  struct text rest = data;
  if (!SKIP(&rest, "{\"channel\":")) return data;
  const char *found = memmem(rest.at, (size_t)(rest.end - rest.at), "\"pub\":{\"data\":", 14);
  return found == NULL ? data : (struct text){found + 14, data.end};
}

static void readMessage(struct tally *tally, struct reading *reading, const struct event *event,
                        int64_t now) {
  if (readPush(reading, event->data)) return;
  struct text rest = unwrap(event->data);
  int64_t position, previous;
  if (!SKIP(&rest, "{\"position\":") || !number(&rest, &position) ||
      !SKIP(&rest, ",\"previous\":") || !number(&rest, &previous)) {
    tally->unreadable++;
    return;
  }
  tally->events++;
  tally->lastEventAt = now;
  reading->events++;
  // Peers have other ids; ours begin with the epoch and name the message's position.
  if (reading->ready && event->id.at != NULL && idPosition(event->id) != position) {
    tally->wrongIds++;
  }
  if (reading->last != NONE && position <= reading->last) {
    tally->doubled++;
    return;
  }
  // The first message after `ready` names one from before the stream began; each later one must name the last.
  bool follows = reading->last == NONE || (reading->chained ? previous == reading->last
                                                            : previous <= reading->last);
  if (!follows) tally->lost++;
  reading->last = position;
  reading->chained = true;
  if (!reading->apart) measure(tally, event->data, position, now);
}

static void readControl(struct tally *tally, struct reading *reading, const struct event *event) {
  if (is(event->name, "ready")) {
    struct text rest = event->data;
    int64_t position;
    if (!SKIP(&rest, "{\"position\":") || !number(&rest, &position)) tally->unreadable++;
    else if (reading->last == NONE) reading->last = position;
    if (!holds(event->data, "\"complete\":true")) tally->incomplete++;
    reading->ready = true;
  } else if (is(event->name, "gap")) {
    tally->gaps++;
  } else if (is(event->name, "reset")) {
    tally->resets++;
  } else if (is(event->name, "goodbye")) {
    tally->goodbyes++;
  }
}

static void dispatch(struct tally *tally, struct reading *reading, const struct event *event,
                     int64_t now) {
  size_t length = (size_t)(event->id.end - event->id.at);
  if (length > 0 && length < sizeof reading->id) {
    memcpy(reading->id, event->id.at, length);
    reading->id[length] = 0;
  }
  if (event->retry.at != NULL) {
    struct text rest = event->retry;
    if (!number(&rest, &reading->retryMs)) tally->unreadable++;
  }
  if (event->name.at != NULL) readControl(tally, reading, event);
  else if (event->data.at != NULL) readMessage(tally, reading, event, now);
}

static void readLine(struct event *event, struct text line) {
  struct text *field;
  if (SKIP(&line, "data:")) field = &event->data;
  else if (SKIP(&line, "id:")) field = &event->id;
  else if (SKIP(&line, "event:")) field = &event->name;
  else if (SKIP(&line, "retry:")) field = &event->retry;
  else return;
  (void)SKIP(&line, " ");
  *field = line;
}

size_t readEvents(struct tally *tally, struct reading *reading, const char *text, size_t length,
                  int64_t now) {
  const char *at = text, *end = text + length, *whole = text;
  struct event event = {0};
  for (;;) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    if (newline == NULL) return (size_t)(whole - text);
    struct text line = {at, newline};
    if (line.end > line.at && line.end[-1] == '\r') line.end--;
    at = newline + 1;
    if (line.at < line.end) {
      readLine(&event, line);
      continue;
    }
    dispatch(tally, reading, &event, now);
    event = (struct event){0};
    whole = at;
  }
}
