#ifndef REPORT_H
#define REPORT_H

/** Prints one line of JSON: the state of the streams, and the counts since the last reset. */
void report(const char *type);

/** Sets counts and times to zero. */
void resetCounts(void);

#endif
