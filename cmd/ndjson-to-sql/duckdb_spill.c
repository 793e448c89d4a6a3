/* SPDX-License-Identifier: ISC */
/*
 * Files of DuckDB's own making are known by their names; others are nobody's
 * business.
 */
#include "duckdb_spill.h"

#include "buf.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char PREFIX[] = "duckdb_temp_";

void
duckdb_spill_clear(const char *path)
{
	struct dirent *entry;
	struct buf name;
	DIR *directory;

	buf_init(&name, BOUND_LINE_BYTES);
	buf_addf(&name, "%s.tmp", path);
	directory = opendir(name.data);
	while (directory && (entry = readdir(directory)) != NULL)
		if (strncmp(entry->d_name, PREFIX, sizeof(PREFIX) - 1) == 0)
			(void)unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory) {
		(void)closedir(directory);
		(void)rmdir(name.data); /* fails where it is not empty */
	}
	buf_free(&name);
}
