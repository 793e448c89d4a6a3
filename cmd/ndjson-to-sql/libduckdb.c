/* SPDX-License-Identifier: ISC */
/*
 * Finding libduckdb and its functions. The library is never closed: it has
 * threads and thread-local state of its own that do not bear it.
 */
#include "libduckdb.h"

#include "symbol.h"

#include <dlfcn.h>
#include <stdlib.h>

#ifdef __APPLE__
static const char LIBRARY[] = "libduckdb.dylib";
#else
static const char LIBRARY[] = "libduckdb.so";
#endif

/* The oldest version with MERGE INTO. */
enum { MAJOR = 1, MINOR = 4 };

static unsigned
read_number(const char **text)
{
	unsigned number = 0;

	while (**text >= '0' && **text <= '9' && number < 100000)
		number = number * 10 + (unsigned)(*(*text)++ - '0');
	return number;
}

/* "v1.5.6" */
static bool
is_old(const char *version)
{
	unsigned major, minor;

	version += *version == 'v';
	major = read_number(&version);
	version += *version == '.';
	minor = read_number(&version);
	return major < MAJOR || (major == MAJOR && minor < MINOR);
}

/* The library has an allocator of its own, jemalloc, which keeps what was freed
 * for seconds, in arenas for each processor. Blocks come and go all the time
 * here, so that doubles the memory of a load: 265 MB become 178 of 100,000
 * logs. It reads its settings as it is loaded, and from nowhere else. */
static void
tune_allocator(void)
{
	(void)setenv("DUCKDB_JE_MALLOC_CONF",
	    "narenas:1,dirty_decay_ms:20,muzzy_decay_ms:0", 0);
}

static void *
open_library(const char *file)
{
	tune_allocator();
	return dlopen(file ? file : LIBRARY, RTLD_NOW | RTLD_LOCAL);
}

int
libduckdb_load(struct libduckdb *l, const char *file, struct fail *why)
{
	void *library = open_library(file);
	const char *version;
	bool is_whole = true;

	if (!library)
		return fail_set(why, STATUS_LOCAL,
		    "cannot load libduckdb: %s; get it from duckdb.org "
		    "(Installation, C/C++) or with 'brew install duckdb', and "
		    "name the file with --libduckdb or LIBDUCKDB",
		    dlerror());
	if (!symbol_find(library, "duckdb_library_version",
		&l->library_version))
		return fail_set(why, STATUS_LOCAL,
		    "'%s' is not libduckdb: it has no duckdb_library_version",
		    file ? file : LIBRARY);
	version = l->library_version();
#define FIND(result, name, parameters)                                         \
	is_whole &= symbol_find(library, "duckdb_" #name, &l->name);
	LIBDUCKDB_FUNCTIONS(FIND)
#undef FIND
	if (!symbol_find(library, "duckdb_arrow_scan", &l->arrow_scan))
		l->arrow_scan = NULL;
	if (is_whole && !is_old(version))
		return 0;
	return fail_set(why, STATUS_LOCAL,
	    "libduckdb is %s, and %d.%d or newer is needed; name one with "
	    "--libduckdb",
	    version, MAJOR, MINOR);
}
