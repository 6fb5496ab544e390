#include "report.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include "stream.h"

static int64_t resetAt;
static uint64_t completeAtReset;

static void count(const char *name, uint64_t value) {
  printf("\"%s\":%" PRIu64 ",", name, value);
}

static void milliseconds(const char *name, int64_t ns) {
  printf("\"%s\":%.4f,", name, (double)ns / 1e6);
}

static void times(const char *name, const struct histogram *histogram) {
  printf(",\"%s\":{", name);
  count("count", histogram->count);
  milliseconds("p50", quantile(histogram, 0.5));
  milliseconds("p90", quantile(histogram, 0.9));
  milliseconds("p99", quantile(histogram, 0.99));
  printf("\"max\":%.4f}", (double)histogram->max / 1e6);
}

static double processorTime(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void extremes(void) {
  int64_t fewest = INT64_MAX, most = 0;
  for (int at = 0; at < options.streams; at++) {
    const struct stream *stream = &pool.streams[at];
    if (stream->kind != ORDINARY) continue;
    if (stream->reading.events < fewest) fewest = stream->reading.events;
    if (stream->reading.events > most) most = stream->reading.events;
  }
  count("fewest", fewest == INT64_MAX ? 0 : (uint64_t)fewest);
  count("most", (uint64_t)most);
}

void report(const char *type) {
  printf("{\"type\":\"%s\",\"seconds\":%.6f,", type, (double)(now() - resetAt) / 1e9);
  printf("\"cpuSeconds\":%.6f,", processorTime());
  count("streams", (uint64_t)options.streams);
  count("open", (uint64_t)pool.open);
  milliseconds("openMs", pool.openAt - pool.startedAt);
  milliseconds("headsMs", pool.headsAt - pool.startedAt);
  milliseconds("lastEventMs", tally.lastEventAt - pool.startedAt);
  count("refused", pool.refused);
  count("failed", pool.failed);
  count("deferred", pool.deferred);
  count("closed", pool.closedByServer);
  count("resumed", pool.resumed);
  count("bytes", pool.bytes);
  count("events", tally.events);
  count("complete", tally.complete - completeAtReset);
  extremes();
  count("lost", tally.lost);
  count("doubled", tally.doubled);
  count("unreadable", tally.unreadable);
  count("wrongIds", tally.wrongIds);
  count("gaps", tally.gaps);
  count("resets", tally.resets);
  count("goodbyes", tally.goodbyes);
  printf("\"incomplete\":%" PRIu64, tally.incomplete);
  times("each", &tally.each);
  times("first", &tally.first);
  times("last", &tally.last);
  printf("}\n");
  fflush(stdout);
}

void resetCounts(void) {
  // `messages` stays: messages in flight keep the time they were sent. `complete` stays too: publishers count on it.
  completeAtReset = tally.complete;
  tally.events = 0;
  tally.lost = tally.doubled = tally.unreadable = tally.wrongIds = 0;
  tally.gaps = tally.resets = tally.goodbyes = tally.incomplete = 0;
  tally.each = tally.first = tally.last = (struct histogram){0};
  pool.refused = pool.failed = pool.deferred = 0;
  pool.closedByServer = pool.resumed = pool.bytes = 0;
  for (int at = 0; at < options.streams; at++) pool.streams[at].reading.events = 0;
  resetAt = now();
}
