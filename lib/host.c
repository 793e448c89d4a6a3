/* SPDX-License-Identifier: ISC */
/*
 * Asking the name system.
 */
#include "host.h"

#include "mem.h"

#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>

bool
host_is_unknown(const char *name, size_t len)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char *text = mem_copy(name, len);
	int error = getaddrinfo(text, NULL, &hints, &found);

	if (error == 0)
		freeaddrinfo(found);
	free(text);
#ifdef EAI_NODATA /* glibc's; POSIX knows no such difference */
	if (error == EAI_NODATA)
		return true;
#endif
	return error == EAI_NONAME;
}
