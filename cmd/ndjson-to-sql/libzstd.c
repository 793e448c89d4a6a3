/* SPDX-License-Identifier: ISC */
/*
 * Finding libzstd and its functions. It stays until the process ends.
 */
#include "libzstd.h"

#include "symbol.h"

#include <dlfcn.h>

#ifdef __APPLE__
static const char LIBRARY[] = "libzstd.1.dylib";
#else
static const char LIBRARY[] = "libzstd.so.1"; /* so named since 2016 */
#endif

int
libzstd_load(struct libzstd *z, struct fail *why)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	bool is_whole = true;

	if (!library)
		return fail_set(why, STATUS_LOCAL,
		    "cannot load libzstd, which zstd's files need: %s; "
		    "install libzstd1 (Debian, Ubuntu), libzstd (Fedora), "
		    "zstd-libs (Alpine), zstd (Homebrew)",
		    dlerror());
#define FIND(result, name, parameters)                                         \
	is_whole &= symbol_find(library, "ZSTD_" #name, &z->name);
	LIBZSTD_FUNCTIONS(FIND)
#undef FIND
	if (is_whole)
		return 0;
	return fail_set(why, STATUS_LOCAL,
	    "the libzstd that is installed is too old; 1.4 is needed");
}
