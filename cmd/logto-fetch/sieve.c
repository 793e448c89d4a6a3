/* SPDX-License-Identifier: ISC */
/*
 * The fetching side of --jq.
 *
 *      filling ---(full, or drain)---> flying ---> process ---> output
 *      records being collected         one batch: sent, kept until answered
 *
 * One batch is under way at a time, so neither side waits for the other with
 * a full pipe in both directions: whoever waits here reads as well.
 */
#include "sieve.h"

#include "bounds.h"
#include "buf.h"
#include "frame.h"
#include "json.h"
#include "mem.h"
#include "msg.h"
#include "status.h"
#include "stop.h"
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BATCH_BYTES = 128 << 10,
	PIPE_BYTES = 1 << 20, /* if the system agrees: a batch and its answer */
	READ_BYTES = 256 << 10,
};

struct batch {
	struct buf frames;
	size_t count; /* of records that are not answered */
};

struct sieve {
	sieve_output *output;
	void *context;
	struct worker_task task;
	pid_t process; /* 0: gone, and waited for */
	int to, from;
	struct batch filling, flying;
	size_t sent; /* bytes of the flying batch */
	size_t at;   /* in it: the record whose answers come next */
	uint32_t batch;
	_Atomic uint32_t *enough; /* a page shared with the process */
	struct buf inbox;
	bool is_ready, is_enough;
	bool has_failed; /* told; answers may be missing for ever */
};

/* --- the process */

static void
close_pair(int ends[2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] != -1)
			(void)close(ends[i]);
}

/* A pipe that programs we start do not inherit, as large as it can be. */
static int
make_pipe(int ends[2], struct fail *why)
{
	if (pipe(ends) != 0)
		return fail_errno(why, "cannot make a pipe");
	for (int i = 0; i < 2; i++)
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
#ifdef F_SETPIPE_SZ
	(void)fcntl(ends[0], F_SETPIPE_SZ, (int)PIPE_BYTES);
#endif
	return 0;
}

static int
start(struct sieve *s, struct fail *why)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1};

	if (make_pipe(in, why) != 0 || make_pipe(out, why) != 0)
		goto out;
	s->task.in = in[0];
	s->task.out = out[1];
	s->task.parent = getpid();
	s->process = fork();
	if (s->process == 0)
		worker_main(&s->task);
	if (s->process == -1) {
		s->process = 0;
		(void)fail_errno(why, "cannot start a process for --jq");
		goto out;
	}
	s->to = in[1];
	s->from = out[0];
	(void)fcntl(s->to, F_SETFL, O_NONBLOCK);
	in[1] = out[0] = -1;
out:
	close_pair(in);
	close_pair(out);
	return s->process > 0 ? 0 : -1;
}

/* Waits for its end; how it ended. */
static int
reap(struct sieve *s)
{
	int ended = 0;

	while (s->process > 0 && waitpid(s->process, &ended, 0) == -1 &&
	    errno == EINTR)
		continue;
	s->process = 0;
	return ended;
}

static void
end_process(struct sieve *s)
{
	if (s->process > 0)
		(void)kill(s->process, SIGKILL);
	(void)reap(s);
}

/* --- failures */

/* The member that is the record's key: what `_key` names first, be it by one
 * name or by the names that lead to it, or its id. */
static const struct json_node *
find_key(const struct json_node *nodes)
{
	const struct json_node *name = json_member(nodes, 0, "_key");
	const struct json_node *end, *value = nodes;

	if (!name || name->kind != JSON_ARRAY)
		return json_member(nodes, 0, "id");
	name++;
	end = &nodes[name->end];
	if (name->kind == JSON_ARRAY)
		name++;
	for (; name < end && value && name->kind == JSON_STRING; name++) {
		char *text = mem_copy(name->string, name->string_len);

		value = value->kind == JSON_OBJECT
		    ? json_member(nodes, (size_t)(value - nodes), text)
		    : NULL;
		free(text);
	}
	return value == nodes ? NULL : value;
}

/* Names the record whose answers come. */
static void
prefix_record(const struct sieve *s, struct fail *why)
{
	struct json *json = json_new(BOUND_JSON_DEPTH);
	const struct json_node *nodes, *key = NULL;
	const char *record = s->flying.frames.data + s->at;
	struct frame_head head;
	struct buf text;
	struct fail ignored;
	size_t count;

	memcpy(&head, record, sizeof(head));
	buf_init(&text, BOUND_LINE_BYTES + JSON_PADDING);
	buf_append(&text, record + sizeof(head), head.len);
	(void)buf_reserve(&text, JSON_PADDING);
	if (json_parse(json, text.data, text.len, &nodes, &count, &ignored) ==
	    0)
		key = find_key(nodes);
	if (key)
		(void)fail_prefix(why, "record %.*s",
		    (int)(key->text_len < 100 ? key->text_len : 100),
		    key->text);
	else
		(void)fail_prefix(why, "a record");
	buf_free(&text);
	json_free(json);
}

/* The process has ended though nobody asked it to. */
static int
explain_end(struct sieve *s, struct fail *why)
{
	int ended = reap(s);
	int number = WIFSIGNALED(ended) ? WTERMSIG(ended) : 0;

	if (stop_is_requested())
		return stop_fail(why);
	/* So it ends while it cannot tell yet. */
	if (number == 0 && WEXITSTATUS(ended) == STATUS_LOCAL)
		return fail_set(why, STATUS_LOCAL,
		    "there is no memory for the process of the --jq program");
	if (number == 0)
		return fail_set(why, STATUS_LOCAL,
		    "the process of the --jq program ended with status %d",
		    WEXITSTATUS(ended));
	if (!s->is_ready)
		return fail_set(why, STATUS_USAGE,
		    "--jq: libjq crashed over the program (signal %d)", number);
	return fail_set(why, STATUS_DATA,
	    "the --jq program crashed (signal %d)%s", number,
	    number == SIGKILL ? "; was the machine out of memory?"
			      : "; values too deep and numbers out of range "
				"do that to libjq");
}

/* --- frames */

/* A value of the record. */
static int
take_value(struct sieve *s, bool is_same, const char *text, size_t len,
    struct fail *why)
{
	int result;

	if (s->is_enough)
		return 0;
	if (is_same) {
		struct frame_head head;
		const char *record = s->flying.frames.data + s->at;

		memcpy(&head, record, sizeof(head));
		text = record + sizeof(head);
		len = head.len;
	}
	result = s->output(s->context, is_same, text, len, why);
	if (result == 1) {
		s->is_enough = true;
		atomic_store(s->enough, s->batch);
	}
	return result < 0 ? -1 : 0;
}

static void
take_done(struct sieve *s)
{
	struct frame_head head;

	s->at += frame_take(s->flying.frames.data + s->at,
	    s->flying.frames.len - s->at, &head);
	s->flying.count--;
}

static int
take_failure(struct sieve *s, const struct frame_head *head, const char *text,
    struct fail *why)
{
	/* Of a record that nobody wants any more. */
	if (s->is_enough)
		return 0;
	(void)fail_set(why, (enum status)head->tag, "%.*s", (int)head->len,
	    text);
	if (s->is_ready)
		prefix_record(s, why);
	return -1;
}

static int
take_frame(struct sieve *s, const struct frame_head *head, const char *text,
    struct fail *why)
{
	switch ((enum frame_kind)head->kind) {
	case FRAME_READY:
		s->is_ready = true;
		break;
	case FRAME_SAME:
	case FRAME_VALUE:
		return take_value(s, head->kind == FRAME_SAME, text, head->len,
		    why);
	case FRAME_NOTE:
		msg_note("--jq: %.*s", (int)head->len, text);
		break;
	case FRAME_DONE:
		take_done(s);
		break;
	case FRAME_FAIL:
		return take_failure(s, head, text, why);
	case FRAME_RECORD:
		break;
	}
	return 0;
}

/* Takes each frame that the inbox holds whole. */
static int
take_frames(struct sieve *s, struct fail *why)
{
	struct frame_head head;
	size_t at = 0, size;
	int result = 0;

	while (result == 0 &&
	    (size = frame_take(s->inbox.data + at, s->inbox.len - at, &head)) >
		0) {
		result = take_frame(s, &head, s->inbox.data + at + sizeof(head),
		    why);
		at += size;
	}
	s->inbox.len -= at;
	if (at > 0 && s->inbox.len > 0)
		memmove(s->inbox.data, s->inbox.data + at, s->inbox.len);
	return result;
}

/* --- to and fro */

/* Sends of the flying batch what the pipe takes. */
static void
send_some(struct sieve *s)
{
	const struct buf *frames = &s->flying.frames;

	while (s->sent < frames->len) {
		ssize_t n =
		    write(s->to, frames->data + s->sent, frames->len - s->sent);

		if (n == -1 && errno == EAGAIN)
			return;
		/* Nobody reads it: the end of the answers will tell. For
		 * whatever reason, there will be one now. */
		if (n == -1 && errno != EINTR) {
			s->sent = frames->len;
			(void)close(s->to);
			s->to = -1;
		}
		s->sent += n > 0 ? (size_t)n : 0;
	}
}

/* Receives some; the end of it is a failure. */
static int
receive(struct sieve *s, struct fail *why)
{
	char *room = buf_reserve(&s->inbox, READ_BYTES);
	ssize_t n;

	if (!room)
		return buf_check(&s->inbox, "what --jq made of a record", why);
	n = read(s->from, room, READ_BYTES);
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n == -1)
		return fail_errno(why, "cannot read what --jq made");
	if (n == 0) {
		(void)explain_end(s, why);
		if (s->flying.count > 0 && why->status != STATUS_LOCAL)
			prefix_record(s, why);
		return -1;
	}
	s->inbox.len += (size_t)n;
	return take_frames(s, why);
}

/* Waits for the process, and deals with what it has for us. */
static int
pump(struct sieve *s, struct fail *why)
{
	struct pollfd wait[] = {{.fd = s->from, .events = POLLIN},
	    {.fd = stop_descriptor(), .events = POLLIN},
	    {.fd = s->to, .events = POLLOUT}};
	bool is_sending = s->sent < s->flying.frames.len;

	if (poll(wait, is_sending ? 3 : 2, -1) == -1 && errno != EINTR)
		return fail_errno(why, "cannot wait for --jq");
	if (stop_is_requested())
		return stop_fail(why);
	if (is_sending)
		send_some(s);
	return wait[0].revents ? receive(s, why) : 0;
}

/* Waits until the flying batch is answered; 1 if nothing more was wanted of
 * it, which is told once. */
static int
finish(struct sieve *s, struct fail *why)
{
	bool is_enough;

	while (s->flying.count > 0) {
		if (pump(s, why) == 0)
			continue;
		/* Over a record that nobody wants any more. */
		if (!s->is_enough || s->process != 0) {
			s->has_failed = true;
			return -1;
		}
		s->flying.count = 0;
	}
	is_enough = s->is_enough;
	s->is_enough = false;
	return is_enough;
}

/* The batch that was filled takes off as soon as the one before is done. */
static int
turn(struct sieve *s, struct fail *why)
{
	struct batch landed;
	int result = finish(s, why);

	if (result < 0)
		return -1;
	landed = s->flying;
	buf_clear(&landed.frames);
	landed.count = 0;
	s->flying = s->filling;
	s->filling = landed;
	s->sent = s->at = 0;
	s->batch++;
	if (result == 1) {
		buf_clear(&s->flying.frames);
		s->flying.count = 0;
	}
	send_some(s);
	return result;
}

struct sieve *
sieve_start(const char *program, const char *const *left_out,
    sieve_output *output, void *context, struct fail *why)
{
	struct sieve *s = mem_alloc(1, sizeof(*s));
	void *page = mmap(NULL, sizeof(*s->enough), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*s = (struct sieve){.output = output,
	    .context = context,
	    .task = {.program = program, .left_out = left_out},
	    .to = -1,
	    .from = -1};
	buf_init(&s->filling.frames, BOUND_LINE_BYTES + BATCH_BYTES);
	buf_init(&s->flying.frames, BOUND_LINE_BYTES + BATCH_BYTES);
	buf_init(&s->inbox, BOUND_LINE_BYTES + 2 * READ_BYTES);
	if (page == MAP_FAILED) {
		(void)fail_errno(why, "cannot share memory for --jq");
		sieve_free(s);
		return NULL;
	}
	s->enough = page;
	s->task.enough = page;
	if (start(s, why) != 0) {
		sieve_free(s);
		return NULL;
	}
	return s;
}

int
sieve_wait(struct sieve *s, struct fail *why)
{
	while (!s->is_ready)
		if (pump(s, why) != 0)
			return -1;
	return 0;
}

int
sieve_put(struct sieve *s, const char *text, size_t len, struct fail *why)
{
	struct batch *to = &s->filling;

	if (s->has_failed)
		return fail_set(why, STATUS_DATA, "the --jq program failed");
	if (s->process == 0)
		return fail_set(why, STATUS_DATA,
		    "the --jq program crashed over records behind the limit");
	frame_add(&to->frames, FRAME_RECORD, s->batch + 1, text, len);
	if (buf_check(&to->frames, "a record", why) != 0)
		return -1;
	to->count++;
	if (s->sent < s->flying.frames.len)
		send_some(s);
	return to->frames.len < BATCH_BYTES ? 0 : turn(s, why);
}

size_t
sieve_pending(const struct sieve *s)
{
	return s->filling.count + s->flying.count;
}

int
sieve_drain(struct sieve *s, struct fail *why)
{
	int result = 0;

	if (s->has_failed)
		return 0;
	if (s->filling.count > 0)
		result = turn(s, why);
	return result == 0 ? finish(s, why) : result;
}

void
sieve_free(struct sieve *s)
{
	if (!s)
		return;
	end_process(s);
	close_pair((int[]){s->to, s->from});
	if (s->enough)
		(void)munmap(s->enough, sizeof(*s->enough));
	buf_free(&s->filling.frames);
	buf_free(&s->flying.frames);
	buf_free(&s->inbox);
	free(s);
}
