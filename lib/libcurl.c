/* SPDX-License-Identifier: ISC */
/*
 * Functions of libcurl that pass their calls on to the library. Their one
 * state is where the library's own functions are, like the table that the
 * linker would have made.
 */
#include "libcurl.h"

#include "symbol.h"

#include <stdarg.h>

/* The macros that check the type of a third argument are http.c's. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>

#ifdef __APPLE__
static const char LIBRARY[] = "libcurl.4.dylib";
#else
static const char LIBRARY[] = "libcurl.so.4"; /* so named since 2006 */
#endif

/* All that is used. */
#define FUNCTIONS(F)                                                           \
	F(easy_cleanup)                                                        \
	F(easy_getinfo)                                                        \
	F(easy_header)                                                         \
	F(easy_init)                                                           \
	F(easy_setopt)                                                         \
	F(easy_strerror)                                                       \
	F(global_cleanup)                                                      \
	F(global_init_mem)                                                     \
	F(multi_add_handle)                                                    \
	F(multi_cleanup)                                                       \
	F(multi_info_read)                                                     \
	F(multi_init)                                                          \
	F(multi_perform)                                                       \
	F(multi_poll)                                                          \
	F(multi_remove_handle)

#define MEMBER(name) __typeof__(curl_##name) *name;
static struct {
	FUNCTIONS(MEMBER)
} real;
#undef MEMBER

int
libcurl_load(struct fail *why)
{
	void *library;
	bool is_whole = true;

	if (real.global_init_mem)
		return 0;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return fail_set(why, STATUS_LOCAL,
		    "cannot load libcurl: %s; install libcurl4 (Debian, "
		    "Ubuntu), libcurl (Fedora, Alpine) or curl (Homebrew)",
		    dlerror());
#define FIND(name) is_whole &= symbol_find(library, "curl_" #name, &real.name);
	FUNCTIONS(FIND)
#undef FIND
	if (is_whole)
		return 0;
	real.global_init_mem = NULL;
	return fail_set(why, STATUS_LOCAL,
	    "the libcurl that is installed is too old; 7.85 is needed");
}

CURLcode
curl_global_init_mem(long flags, curl_malloc_callback m, curl_free_callback f,
    curl_realloc_callback r, curl_strdup_callback s, curl_calloc_callback c)
{
	return real.global_init_mem(flags, m, f, r, s, c);
}

void
curl_global_cleanup(void)
{
	real.global_cleanup();
}

CURL *
curl_easy_init(void)
{
	return real.easy_init();
}

/* The number of an option tells the type of its value (curl/curl.h). */
CURLcode
curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	CURLcode result;
	va_list value;

	va_start(value, option);
	if (option < CURLOPTTYPE_OBJECTPOINT)
		result = real.easy_setopt(easy, option, va_arg(value, long));
	else if (option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB)
		result =
		    real.easy_setopt(easy, option, va_arg(value, curl_off_t));
	else
		/* Functions too: POSIX makes the pointers alike. */
		result = real.easy_setopt(easy, option, va_arg(value, void *));
	va_end(value);
	return result;
}

CURLcode
curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
	CURLcode result;
	va_list value;

	va_start(value, info);
	result = real.easy_getinfo(easy, info, va_arg(value, void *));
	va_end(value);
	return result;
}

CURLHcode
curl_easy_header(CURL *easy, const char *name, size_t index, unsigned origin,
    int request, struct curl_header **header)
{
	return real.easy_header(easy, name, index, origin, request, header);
}

const char *
curl_easy_strerror(CURLcode code)
{
	return real.easy_strerror(code);
}

void
curl_easy_cleanup(CURL *easy)
{
	real.easy_cleanup(easy);
}

CURLM *
curl_multi_init(void)
{
	return real.multi_init();
}

CURLMcode
curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	return real.multi_add_handle(multi, easy);
}

CURLMcode
curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	return real.multi_remove_handle(multi, easy);
}

CURLMcode
curl_multi_perform(CURLM *multi, int *running)
{
	return real.multi_perform(multi, running);
}

CURLMcode
curl_multi_poll(CURLM *multi, struct curl_waitfd fds[], unsigned fd_count,
    int timeout_ms, int *ready)
{
	return real.multi_poll(multi, fds, fd_count, timeout_ms, ready);
}

CURLMsg *
curl_multi_info_read(CURLM *multi, int *left)
{
	return real.multi_info_read(multi, left);
}

CURLMcode
curl_multi_cleanup(CURLM *multi)
{
	return real.multi_cleanup(multi);
}
