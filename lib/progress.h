/* SPDX-License-Identifier: ISC */
/*
 * How far a long run is, on one row of the terminal:
 *
 *      logto-fetch: users: 41,200 of 100,000 (41%), 8,120/s, 0:07 left
 *
 * It is drawn only where stderr is a terminal that can move its cursor, at
 * the usual level of messages, by a process in the foreground; not before
 * half a second, and at most ten times a second. Nothing of it is left at
 * the end. Under -v the end is told by one line instead.
 *
 * Programs of a pipe share their terminal. A lock on it decides who draws:
 * the one that asked first, until it ends, and then the next. A producer
 * asks (progress_begin) before its first byte is out, and a consumer once
 * the first bytes are in (progress_add): so the one that knows how much
 * there is draws as long as it runs, and the other one goes on from there.
 *
 * What depends on the time alone is pure, and takes the time as an argument.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PROGRESS_NAME_BYTES = 64,
	PROGRESS_SAMPLES = 16, /* one each half second: the rate of 8 s */
	PROGRESS_SAMPLE_MS = 500,
	PROGRESS_DRAW_MS = 100,
};

/* What is known; all of it is shown that is not 0. */
struct progress_counts {
	uint64_t done;
	uint64_t total; /* 0, or less than `done`: unknown */
	uint64_t bytes;
};

/* The count at some moments of the past, in a ring. */
struct progress_meter {
	struct {
		int64_t at_ms;
		uint64_t done;
	} samples[PROGRESS_SAMPLES];
	size_t count; /* ever taken */
};

/* Notes the count, if the last sample is old enough. A count that went back
 * starts anew. */
void progress_meter_note(struct progress_meter *m, uint64_t done,
    int64_t now_ms);

/* Per second, since the oldest sample; negative while that is too young. */
double progress_meter_rate(const struct progress_meter *m, uint64_t done,
    int64_t now_ms);

/* Writes the row's text, NUL-terminated, at most `width` bytes: parts that
 * would not fit are left out from the end on. `width` < MSG_LINE_BYTES.
 * `name` may be "". A negative rate is unknown. */
void progress_format(char *line, size_t width, const char *name,
    const char *unit, const struct progress_counts *c, double rate);

/* "0:07", "1:02:03", "3 d 4 h"; returns `text`. */
const char *progress_duration(char text[32], double seconds);

struct progress {
	const char *unit; /* "records": several of them, an s behind one */
	char name[PROGRESS_NAME_BYTES];
	struct progress_counts counts;      /* of what is under way */
	uint64_t done_before, bytes_before; /* of what is done */
	struct progress_meter meter;
	int64_t start_ms, drawn_ms;
	bool is_drawing; /* whether it ever may */
};

/* Decides whether it may be drawn; msg_set_level must have been called.
 * `is_data_shown`: the terminal gets the output itself, so nothing is. */
void progress_open(struct progress *p, const char *unit, bool is_data_shown);

/* What is counted from now on, from 0 of an unknown number; the same name as
 * before goes on with the count. Asks for the terminal. */
void progress_begin(struct progress *p, const char *name);

/* How many there will be; 0: unknown. */
void progress_expect(struct progress *p, uint64_t total);

/* So many more are done; draws if it is time to. */
void progress_add(struct progress *p, uint64_t done, uint64_t bytes);

/* All is counted, and what is said now will take its time: drawn at once, if
 * the row has been or could have been by now. */
void progress_finish(struct progress *p, const char *what);

/* Erases; under -v, prints the line of the end. Once, after success. */
void progress_end(struct progress *p);

#endif
