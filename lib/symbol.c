/* SPDX-License-Identifier: ISC */
/*
 * dlsym gives an object pointer, which ISO C does not convert to a function
 * pointer. POSIX makes both the same size (dlsym, APPLICATION USAGE).
 */
#include "symbol.h"

#include <dlfcn.h>
#include <string.h>

bool
symbol_find(void *library, const char *name, void *function)
{
	void *address = dlsym(library, name);

	memcpy(function, &address, sizeof(address));
	return address != NULL;
}
