/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as the configuration file, or as a tenant's addresses; the first
 * byte chooses, and of a file whether others can read it.
 *
 * What a profile holds is among the known keys, each once, on one line, and
 * stands in the file; it does not change when another profile follows, and is
 * not there when its section has another name. Addresses that are accepted are
 * ones that the programs would send a request to.
 */
#include "config.h"

#include "buf.h"
#include "http.h"
#include "tenant.h"
#include "url.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { FILE_MAX = 1 << 20 };

static const char *const known[] = {"endpoint", "app_id", "app_secret",
    "resource", NULL};
static const char *const secrets[] = {"app_secret", NULL};

static void
check_fault(const struct fail *why)
{
	assert(why->status == STATUS_USAGE || why->status == STATUS_REFUSED);
	assert(why->text[0] != '\0');
	for (const char *c = why->text; *c; c++)
		assert((unsigned char)*c >= ' ' && *c != 0x7F);
}

/* Loads a profile of a file that holds these texts. */
static int
load(struct config *c, const char *profile, const char *text, size_t len,
    const char *more, mode_t mode)
{
	int fd = memfd_create("config", MFD_CLOEXEC);
	struct fail why = {0};
	char path[64];
	int result;

	if (fd == -1 || write(fd, text, len) != (ssize_t)len ||
	    write(fd, more, strlen(more)) != (ssize_t)strlen(more) ||
	    fchmod(fd, mode) != 0)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	result = config_load(c, path, profile, true, known, secrets, &why);
	assert(result == 0 || result == -1);
	if (result == -1)
		check_fault(&why);
	(void)close(fd);
	return result;
}

static bool
is_among(const char *key, const char *const *names)
{
	while (*names && strcmp(*names, key) != 0)
		names++;
	return *names != NULL;
}

static void
check_entries(const struct config *c, const char *text, size_t len)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *key = c->entries[i].key;
		const char *value = c->entries[i].value;

		assert(is_among(key, known));
		assert(config_get(c, key) == value);
		assert(!strchr(value, '\n') && strlen(value) < 200);
		assert(memmem(text, len, key, strlen(key)));
		assert(memmem(text, len, value, strlen(value)));
	}
	assert(!config_get(c, "nothing"));
}

static void
check_same(const struct config *a, const struct config *b)
{
	assert(a->count == b->count);
	for (size_t i = 0; i < a->count; i++)
		assert(strcmp(a->entries[i].key, b->entries[i].key) == 0 &&
		    strcmp(a->entries[i].value, b->entries[i].value) == 0);
}

static void
check_file(const char *text, size_t len, mode_t mode)
{
	struct config c, again, other;

	if (load(&c, "default", text, len, "", mode) == 0) {
		check_entries(&c, text, len);
		assert(mode == 0600 || !config_get(&c, "app_secret"));
		assert(load(&again, "default", text, len,
			   "\n[last]\nendpoint = x\n", mode) == 0);
		check_same(&c, &again);
		config_free(&again);
	}
	config_free(&c);
	if (load(&other, "absent", text, len, "", mode) == 0)
		assert(memmem(text, len, "[absent]", 8));
	config_free(&other);
}

/* Three lines: the endpoint, a tenant's id, a resource; an empty one is not
 * given. */
static void
check_tenant(const char *text, size_t len, bool allow_plain_http)
{
	struct buf copy;
	const char *parts[3] = {NULL, NULL, NULL};
	struct tenant t;
	struct fail why = {0};
	char *at;

	buf_init(&copy, FILE_MAX);
	buf_append(&copy, text, len);
	at = copy.data;
	for (size_t i = 0; i < 3 && *at; i++) {
		size_t part = strcspn(at, "\n");
		bool is_last = at[part] == '\0';

		at[part] = '\0';
		parts[i] = part > 0 ? at : NULL;
		at += part + !is_last;
	}
	if (tenant_set(&t, parts[0], parts[1], parts[2], allow_plain_http,
		&why) == 0) {
		size_t n = strlen(t.endpoint);
		struct url url;

		assert(n > 0 && t.endpoint[n - 1] != '/');
		assert(http_check_url(t.endpoint, allow_plain_http, &why) == 0);
		assert(url_parse(&url, t.endpoint, &why) == 0);
		assert(!strpbrk(t.endpoint, "?# \\"));
		assert(!memchr(url.host, '@', url.host_len));
		assert(
		    url.is_https || allow_plain_http || url_is_loopback(&url));
		assert(strcmp(t.resource,
			   parts[2] ? parts[2] : t.usual_resource) == 0);
		assert(t.is_cloud || !parts[1]);
	} else {
		check_fault(&why);
	}
	tenant_free(&t);
	buf_free(&copy);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (size == 0)
		return 0;
	switch (data[0] % 4) {
	case 0:
		check_file(text, size - 1, 0600);
		break;
	case 1:
		check_file(text, size - 1, 0644);
		break;
	case 2:
		check_tenant(text, size - 1, false);
		break;
	default:
		check_tenant(text, size - 1, true);
	}
	return 0;
}
