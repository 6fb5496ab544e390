#ifndef REPORT_H
#define REPORT_H

/** One line of JSON: how the streams are, and what came since the last reset. */
void report(const char *type);

/** Counts and times begin anew. */
void resetCounts(void);

#endif
