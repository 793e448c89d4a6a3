/* SPDX-License-Identifier: ISC */
/*
 * What a load does with rows that are there already.
 */
#ifndef MODE_H
#define MODE_H

enum mode {
	MODE_DEFAULT, /* merge where there is a key, else append */
	MODE_MERGE,
	MODE_APPEND,
	MODE_REPLACE,
	MODE_SYNC,    /* merge, then delete what did not come */
	MODE_HISTORY, /* keep old versions of rows */
};

#endif
