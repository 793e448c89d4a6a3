/* SPDX-License-Identifier: ISC */
/*
 * Answers on their way to the client.
 */
#include "delivery.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { CHUNK_BYTES = 32 << 10 };

void
pause_init(struct pause *p)
{
	pthread_condattr_t monotonic;

	*p = (struct pause){.is_over = false};
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&p->wake, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
}

void
pause_free(struct pause *p)
{
	(void)pthread_cond_destroy(&p->wake);
	(void)pthread_mutex_destroy(&p->lock);
}

bool
pause_ms(struct pause *p, uint64_t ms)
{
	struct timespec until;
	bool is_over;
	int result = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	(void)pthread_mutex_lock(&p->lock);
	while (!p->is_over && result == 0 && ms > 0)
		result = pthread_cond_timedwait(&p->wake, &p->lock, &until);
	is_over = p->is_over;
	(void)pthread_mutex_unlock(&p->lock);
	return !is_over;
}

void
pause_end(struct pause *p)
{
	(void)pthread_mutex_lock(&p->lock);
	p->is_over = true;
	(void)pthread_cond_broadcast(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
}

/* A body that is sent piece by piece. */
struct stream {
	char *data;
	size_t len;
	bool is_cut, is_cut_reset, is_endless;
	size_t cut_bytes;
	uint64_t drip_bytes_s;
	int fd;
	struct pause *pause;
};

/* On Linux, connecting a socket to nowhere ends its connection with RST. */
static void
reset_connection(int fd)
{
	struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

	(void)connect(fd, &nowhere, sizeof(nowhere));
}

static size_t
copy_endless(const struct stream *s, uint64_t position, char *out, size_t max)
{
	/* The "[" comes once. */
	size_t row = s->len - 1;

	for (size_t i = 0; i < max; i++, position++)
		out[i] = s->data[position ? 1 + (position - 1) % row : 0];
	return max;
}

static ssize_t
read_stream(void *context, uint64_t position, char *out, size_t max)
{
	struct stream *s = context;
	size_t left;

	if (s->is_cut && position >= s->cut_bytes) {
		/* What was sent must have left before the RST. */
		if (s->is_cut_reset && pause_ms(s->pause, 50))
			reset_connection(s->fd);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	if (s->drip_bytes_s > 0) {
		uint64_t tenth = s->drip_bytes_s / 10 + (s->drip_bytes_s < 10);
		uint64_t ms = tenth * 1000 / s->drip_bytes_s;

		if (!pause_ms(s->pause, ms))
			return MHD_CONTENT_READER_END_WITH_ERROR;
		if (max > tenth)
			max = (size_t)tenth;
	}
	if (!pause_ms(s->pause, 0))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (s->is_cut && max > s->cut_bytes - position)
		max = (size_t)(s->cut_bytes - position);
	if (s->is_endless)
		return (ssize_t)copy_endless(s, position, out, max);
	if (position >= s->len)
		return MHD_CONTENT_READER_END_OF_STREAM;
	left = s->len - (size_t)position;
	if (max > left)
		max = left;
	memcpy(out, s->data + position, max);
	return (ssize_t)max;
}

static void
free_stream(void *context)
{
	struct stream *s = context;

	free(s->data);
	free(s);
}

static struct MHD_Response *
make_stream(struct reply *r, int fd, struct pause *p)
{
	struct stream *s = mem_alloc(1, sizeof(*s));
	/* A compressed body comes in chunks, as from koa. */
	uint64_t size =
	    r->is_encoded || r->is_endless ? MHD_SIZE_UNKNOWN : r->body.len;

	*s = (struct stream){.len = r->body.len,
	    .is_cut = r->is_cut,
	    .is_cut_reset = r->is_cut_reset,
	    .is_endless = r->is_endless,
	    .cut_bytes = r->cut_bytes,
	    .drip_bytes_s = r->drip_bytes_s,
	    .fd = fd,
	    .pause = p};
	if (s->is_cut && !s->is_endless && s->cut_bytes >= s->len)
		s->is_cut = false;
	s->data = buf_detach(&r->body);
	return MHD_create_response_from_callback(size, CHUNK_BYTES, read_stream,
	    s, free_stream);
}

static struct MHD_Response *
make_response(struct reply *r, int fd, struct pause *p)
{
	size_t len = r->body.len;

	if (r->is_encoded || r->is_endless || r->is_cut || r->drip_bytes_s > 0)
		return make_stream(r, fd, p);
	if (len == 0)
		return MHD_create_response_from_buffer(0, NULL,
		    MHD_RESPMEM_PERSISTENT);
	return MHD_create_response_from_buffer(len, buf_detach(&r->body),
	    MHD_RESPMEM_MUST_FREE);
}

enum MHD_Result
delivery_send(struct MHD_Connection *connection, struct reply *r,
    struct pause *p)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection,
		MHD_CONNECTION_INFO_CONNECTION_FD);
	struct MHD_Response *response;
	enum MHD_Result result;

	if (r->fate != FATE_SEND) {
		if (r->fate == FATE_RESET)
			reset_connection(info->connect_fd);
		return MHD_NO;
	}
	response = make_response(r, info->connect_fd, p);
	if (!response)
		return MHD_NO;
	if (r->type)
		(void)MHD_add_response_header(response, "Content-Type",
		    r->type);
	/* A header that libmicrohttpd refuses is a rule's odd wish. */
	for (size_t i = 0; i < r->header_count; i++)
		(void)MHD_add_response_header(response, r->headers[i].name,
		    r->headers[i].value);
	result = MHD_queue_response(connection, r->status, response);
	MHD_destroy_response(response);
	return result;
}
