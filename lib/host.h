/* SPDX-License-Identifier: ISC */
/*
 * What the name system says of a host. libcurl tells only that it found no
 * address, and whether to try again depends on why.
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it is certain that there is no such host, or none with an address;
 * false where no name server could be asked. Waits for the name system. */
bool host_is_unknown(const char *name, size_t len);

#endif
