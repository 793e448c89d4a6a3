/* SPDX-License-Identifier: ISC */
/*
 * Finding libpq and its functions. It is never unloaded: TLS and Kerberos
 * behind it leave handlers for the end of the process.
 */
#include "libpq.h"

#include "symbol.h"

#include <dlfcn.h>

#ifdef __APPLE__
static const char LIBRARY[] = "libpq.5.dylib";
#else
static const char LIBRARY[] = "libpq.so.5"; /* so named since 2006 */
#endif

#define FUNCTIONS(F)                                                           \
	F(connectStartParams)                                                  \
	F(connectPoll)                                                         \
	F(status)                                                              \
	F(errorMessage)                                                        \
	F(connectionNeedsPassword)                                             \
	F(user)                                                                \
	F(serverVersion)                                                       \
	F(socket)                                                              \
	F(setnonblocking)                                                      \
	F(finish)                                                              \
	F(conninfoParse)                                                       \
	F(conninfo)                                                            \
	F(conninfoFree)                                                        \
	F(freemem)                                                             \
	F(setNoticeProcessor)                                                  \
	F(sendQuery)                                                           \
	F(setSingleRowMode)                                                    \
	F(flush)                                                               \
	F(consumeInput)                                                        \
	F(isBusy)                                                              \
	F(getResult)                                                           \
	F(resultStatus)                                                        \
	F(resultErrorField)                                                    \
	F(cmdTuples)                                                           \
	F(ntuples)                                                             \
	F(ftype)                                                               \
	F(getisnull)                                                           \
	F(getvalue)                                                            \
	F(getlength)                                                           \
	F(clear)                                                               \
	F(putCopyData)                                                         \
	F(putCopyEnd)                                                          \
	F(getCancel)                                                           \
	F(cancel)                                                              \
	F(freeCancel)                                                          \
	F(libVersion)

int
libpq_load(struct libpq *pq, struct fail *why)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	bool is_whole = true;

	if (!library)
		return fail_set(why, STATUS_LOCAL,
		    "cannot load libpq, which PostgreSQL needs: %s; install "
		    "libpq5 (Debian, Ubuntu), libpq (Fedora, Alpine, "
		    "Homebrew)",
		    dlerror());
#define FIND(name) is_whole &= symbol_find(library, "PQ" #name, &pq->name);
	FUNCTIONS(FIND)
#undef FIND
	if (is_whole)
		return 0;
	return fail_set(why, STATUS_LOCAL,
	    "the libpq that is installed is too old; 9.5 is needed");
}
