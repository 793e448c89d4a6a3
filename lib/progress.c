/* SPDX-License-Identifier: ISC */
/*
 * The row of progress: what it says, and whether it may be drawn.
 */
#include "progress.h"

#include "attr.h"
#include "msg.h"
#include "num.h"
#include "xdg.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	FIRST_DRAW_MS = 500, /* what is done by then needs no progress */
	DEFAULT_WIDTH = 80,
	/* pv locks the first byte of its terminal while it draws. */
	LOCKED_BYTE = 1 << 20,
};

/* --- pure --------------------------------------------------------------- */

void
progress_meter_note(struct progress_meter *m, uint64_t done, int64_t now_ms)
{
	size_t newest = (m->count + PROGRESS_SAMPLES - 1) % PROGRESS_SAMPLES;

	if (m->count > 0 && done < m->samples[newest].done)
		m->count = 0;
	if (m->count > 0 &&
	    now_ms - m->samples[newest].at_ms < PROGRESS_SAMPLE_MS)
		return;
	newest = m->count++ % PROGRESS_SAMPLES;
	m->samples[newest].at_ms = now_ms;
	m->samples[newest].done = done;
}

double
progress_meter_rate(const struct progress_meter *m, uint64_t done,
    int64_t now_ms)
{
	size_t oldest =
	    m->count > PROGRESS_SAMPLES ? m->count % PROGRESS_SAMPLES : 0;
	int64_t elapsed_ms = now_ms - m->samples[oldest].at_ms;

	if (m->count == 0 || elapsed_ms < PROGRESS_SAMPLE_MS ||
	    done < m->samples[oldest].done)
		return -1;
	return (double)(done - m->samples[oldest].done) * 1000 /
	    (double)elapsed_ms;
}

const char *
progress_duration(char text[32], double seconds)
{
	/* Beyond it is no forecast any more; and it fits any integer. */
	uint64_t s = seconds < 1e9 ? (uint64_t)(seconds + 0.5) : 1000000000;
	uint64_t hours = s / 3600;

	if (hours >= 48)
		(void)snprintf(text, 32, "%" PRIu64 " d %" PRIu64 " h",
		    hours / 24, hours % 24);
	else if (hours > 0)
		(void)snprintf(text, 32, "%" PRIu64 ":%02d:%02d", hours,
		    (int)(s / 60 % 60), (int)(s % 60));
	else
		(void)snprintf(text, 32, "%d:%02d", (int)(s / 60),
		    (int)(s % 60));
	return text;
}

/* Appends a part, if all of it fits. */
ATTR_PRINTF(3, 4)
static bool
add_part(char *line, size_t width, const char *format, ...)
{
	size_t len = strlen(line);
	va_list args;
	int more;

	va_start(args, format);
	more = vsnprintf(line + len, width + 1 - len, format, args);
	va_end(args);
	if (more >= 0 && (size_t)more <= width - len)
		return true;
	line[len] = '\0';
	return false;
}

static bool
add_rate(char *line, size_t width, double rate)
{
	char text[32];

	if (rate < 0 || rate > 1e18)
		return true;
	if (rate < 10)
		return add_part(line, width, ", %.1f/s", rate);
	return add_part(line, width, ", %s/s",
	    num_group(text, (uint64_t)(rate + 0.5)));
}

void
progress_format(char *line, size_t width, const char *name, const char *unit,
    const struct progress_counts *c, double rate)
{
	bool has_total = c->total > 0 && c->total >= c->done;
	char done[32], total[32];
	bool fits;

	*line = '\0';
	fits = !*name || add_part(line, width, "%s: ", name);
	if (fits && has_total)
		fits =
		    add_part(line, width, "%s of %s", num_group(done, c->done),
			num_group(total, c->total)) &&
		    add_part(line, width, " (%d%%)",
			(int)((double)c->done / (double)c->total * 100));
	else if (fits)
		fits =
		    add_part(line, width, "%s %.*s", num_group(done, c->done),
			(int)strlen(unit) - (c->done == 1), unit);
	if (fits && c->bytes > 0)
		fits = add_part(line, width, ", %s MB",
		    num_group(done, c->bytes / 1000000));
	fits = fits && add_rate(line, width, rate);
	if (fits && has_total && rate > 0)
		(void)add_part(line, width, ", %s left",
		    progress_duration(done,
			(double)(c->total - c->done) / rate));
}

/* --- the terminal ------------------------------------------------------- */

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes or gives back the terminal. A system that cannot lock one lets
 * everybody draw. */
static bool
lock_terminal(bool is_wanted)
{
	struct flock lock = {.l_type = is_wanted ? F_WRLCK : F_UNLCK,
	    .l_whence = SEEK_SET,
	    .l_start = LOCKED_BYTE,
	    .l_len = 1};

	return fcntl(STDERR_FILENO, F_SETLK, &lock) == 0 ||
	    (errno != EAGAIN && errno != EACCES);
}

/* Whether this process may draw now: a job in the background must not, nor
 * keep others from it. */
static bool
has_terminal(void)
{
	pid_t foreground = tcgetpgrp(STDERR_FILENO);
	bool is_foreground = foreground < 0 || foreground == getpgrp();

	return lock_terminal(is_foreground) && is_foreground;
}

static size_t
terminal_width(void)
{
	struct winsize size;
	size_t width = DEFAULT_WIDTH;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	/* A row that is full to the end makes some terminals scroll. */
	width--;
	return width < MSG_LINE_BYTES ? width : MSG_LINE_BYTES - 1;
}

void
progress_open(struct progress *p, const char *unit, bool is_data_shown)
{
	const char *kind = xdg_variable("TERM");

	*p = (struct progress){.unit = unit, .start_ms = now_ms()};
	p->is_drawing = !is_data_shown && msg_is(MSG_NORMAL) &&
	    !msg_is(MSG_VERBOSE) && kind && strcmp(kind, "dumb") != 0 &&
	    isatty(STDERR_FILENO);
}

void
progress_begin(struct progress *p, const char *name)
{
	if (p->is_drawing)
		(void)has_terminal();
	if (strncmp(p->name, name, sizeof(p->name) - 1) == 0)
		return;
	(void)snprintf(p->name, sizeof(p->name), "%s", name);
	p->done_before += p->counts.done;
	p->bytes_before += p->counts.bytes;
	p->counts = (struct progress_counts){0};
	p->meter.count = 0;
}

static void
draw(struct progress *p, int64_t now)
{
	char line[MSG_LINE_BYTES], name[PROGRESS_NAME_BYTES + 64];

	if (!has_terminal()) {
		msg_show(NULL);
		return;
	}
	(void)snprintf(name, sizeof(name), "%.60s%s%s", msg_program(),
	    *p->name ? ": " : "", p->name);
	progress_format(line, terminal_width(), name, p->unit, &p->counts,
	    progress_meter_rate(&p->meter, p->counts.done, now));
	msg_show(line);
}

void
progress_expect(struct progress *p, uint64_t total)
{
	p->counts.total = total;
}

void
progress_add(struct progress *p, uint64_t done, uint64_t bytes)
{
	int64_t now;

	p->counts.done += done;
	p->counts.bytes += bytes;
	if (!p->is_drawing)
		return;
	now = now_ms();
	progress_meter_note(&p->meter, p->counts.done, now);
	if (now - p->start_ms < FIRST_DRAW_MS ||
	    now - p->drawn_ms < PROGRESS_DRAW_MS)
		return;
	p->drawn_ms = now;
	draw(p, now);
}

void
progress_finish(struct progress *p, const char *what)
{
	char line[MSG_LINE_BYTES];
	size_t width = terminal_width();

	if (!p->is_drawing || now_ms() - p->start_ms < FIRST_DRAW_MS ||
	    !has_terminal())
		return;
	progress_format(line, width, msg_program(), p->unit, &p->counts, -1);
	(void)add_part(line, width, ": %s", what);
	msg_show(line);
}

void
progress_end(struct progress *p)
{
	struct progress_counts all = {.done = p->done_before + p->counts.done,
	    .bytes = p->bytes_before + p->counts.bytes};
	int64_t elapsed_ms = now_ms() - p->start_ms;
	char line[MSG_LINE_BYTES];

	if (p->is_drawing) {
		msg_show(NULL);
		(void)lock_terminal(false);
	}
	if (!msg_is(MSG_VERBOSE))
		return;
	progress_format(line, sizeof(line) - 1, "", p->unit, &all,
	    elapsed_ms > 0 ? (double)all.done * 1000 / (double)elapsed_ms : -1);
	msg_at(MSG_VERBOSE, "%s, in %.1f s", line, (double)elapsed_ms / 1000);
}
