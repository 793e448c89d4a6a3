/* SPDX-License-Identifier: ISC */
/*
 * The request log and the counts.
 */
#include "journal.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int
journal_open(struct journal *j, const char *path, struct fail *why)
{
	*j = (struct journal){.next = 1, .fd = -1};
	buf_init(&j->lines, 1024UL << 20);
	(void)pthread_mutex_init(&j->lock, NULL);
	if (!path)
		return 0;
	j->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (j->fd < 0)
		return fail_errno(why, "cannot open log '%s'", path);
	return 0;
}

void
journal_free(struct journal *j)
{
	buf_free(&j->lines);
	if (j->fd >= 0)
		(void)close(j->fd); /* each line is written by now */
	(void)pthread_mutex_destroy(&j->lock);
	*j = (struct journal){.fd = -1};
}

void
journal_count(struct journal *j, enum journal_count kind)
{
	(void)pthread_mutex_lock(&j->lock);
	j->counts[kind]++;
	(void)pthread_mutex_unlock(&j->lock);
}

uint64_t
journal_number(struct journal *j)
{
	uint64_t number;

	(void)pthread_mutex_lock(&j->lock);
	number = j->next++;
	(void)pthread_mutex_unlock(&j->lock);
	return number;
}

void
journal_add(struct journal *j, uint64_t number, const char *method,
    const char *target, unsigned status, const char *fingerprint)
{
	size_t start;

	(void)pthread_mutex_lock(&j->lock);
	start = j->lines.len;
	buf_addf(&j->lines, "%llu %s %s %u %s\n", (unsigned long long)number,
	    method, target, status, fingerprint);
	/* A log that cannot be written is no reason to stop serving. */
	if (j->fd >= 0 &&
	    write(j->fd, j->lines.data + start, j->lines.len - start) < 0)
		j->fd = -1;
	(void)pthread_mutex_unlock(&j->lock);
}

void
journal_print(struct journal *j, struct buf *out)
{
	(void)pthread_mutex_lock(&j->lock);
	buf_append(out, j->lines.data, j->lines.len);
	(void)pthread_mutex_unlock(&j->lock);
}

void
journal_print_counts(struct journal *j, uint64_t tokens_issued, struct buf *out)
{
	static const char *const names[COUNT_KINDS] = {"token_requests",
	    "api_requests", "other_requests", "connections"};

	(void)pthread_mutex_lock(&j->lock);
	for (int i = 0; i < COUNT_KINDS; i++)
		buf_addf(out, "%s %llu\n", names[i],
		    (unsigned long long)j->counts[i]);
	(void)pthread_mutex_unlock(&j->lock);
	buf_addf(out, "tokens_issued %llu\n",
	    (unsigned long long)tokens_issued);
}

void
journal_clear(struct journal *j)
{
	(void)pthread_mutex_lock(&j->lock);
	buf_clear(&j->lines);
	memset(j->counts, 0, sizeof(j->counts));
	j->next = 1;
	(void)pthread_mutex_unlock(&j->lock);
}
