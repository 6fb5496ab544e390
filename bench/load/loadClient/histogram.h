#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>
#include <string.h>

/** Times in nanoseconds, accurate to 1.6 %: 64 equal buckets for each doubling; the first 64 are exact. */
#define BUCKETS (64 * 40)

struct histogram {
  uint64_t counts[BUCKETS];
  uint64_t count;
  int64_t max;
};

static inline int bucketOf(uint64_t value) {
  if (value < 64) return (int)value;
  int shift = 63 - __builtin_clzll(value) - 6;
  int at = (shift + 1) * 64 + (int)((value >> shift) - 64);
  return at < BUCKETS ? at : BUCKETS - 1;
}

static inline void addTime(struct histogram *histogram, int64_t ns) {
  if (ns < 0) ns = 0;
  histogram->counts[bucketOf((uint64_t)ns)]++;
  histogram->count++;
  if (ns > histogram->max) histogram->max = ns;
}

/** The upper end of the bucket that reaches this share of all times; 0 if there are none. */
static inline int64_t quantile(const struct histogram *histogram, double share) {
  uint64_t wanted = (uint64_t)(share * (double)histogram->count);
  uint64_t seen = 0;
  for (int at = 0; at < BUCKETS; at++) {
    seen += histogram->counts[at];
    if (seen <= wanted) continue;
    int shift = at < 64 ? 0 : at / 64 - 1;
    int64_t end = at < 64 ? at : ((int64_t)(64 + at % 64 + 1) << shift) - 1;
    return end < histogram->max ? end : histogram->max;
  }
  return histogram->max;
}

#endif
