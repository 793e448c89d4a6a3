/* SPDX-License-Identifier: ISC */
/*
 * A fuzz target without libFuzzer: runs the inputs that it is given, and is
 * done when all have passed. For make check, and for a find.
 *
 *      sql-ident FILE...            each file is an input
 *      sql-ident --seeds FILE       each line of the file is one
 *      sql-ident --unpack FILE DIR  writes each such line to a file of its own
 *
 * A line of seeds is as in libFuzzer's dictionaries: "a\x00b", with \" and \\.
 */
#include "buf.h"
#include "mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { INPUT_MAX = 64 << 20 };

static void
read_all(struct buf *text, const char *path)
{
	FILE *file = fopen(path, "re");
	char chunk[4096];
	size_t n;

	if (!file) {
		perror(path);
		exit(1);
	}
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(text, chunk, n);
	(void)fclose(file);
}

/* In memory of its own size, so that a sanitizer sees what is read beyond. */
static void
run_input(const char *bytes, size_t len)
{
	unsigned char *copy = malloc(len > 0 ? len : 1);

	if (!copy)
		exit(1);
	memcpy(copy, bytes, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static int
digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Appends what stands between the quotes of a line; false where it is no
 * seed. */
static bool
unescape(const char *at, const char *end, struct buf *seed)
{
	if (end - at < 2 || *at != '"' || end[-1] != '"')
		return false;
	for (at++, end--; at < end; at++) {
		if (*at != '\\') {
			buf_add_char(seed, *at);
		} else if (end - at >= 4 && at[1] == 'x' && digit(at[2]) >= 0 &&
		    digit(at[3]) >= 0) {
			buf_add_char(seed,
			    (char)(digit(at[2]) << 4 | digit(at[3])));
			at += 3;
		} else if (end - at >= 2 && strchr("\"\\", at[1])) {
			buf_add_char(seed, *++at);
		} else {
			return false;
		}
	}
	return true;
}

static void
unpack(const struct buf *seed, const char *directory, unsigned line)
{
	struct buf path;
	FILE *file;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/seed-%u", directory, line);
	file = fopen(path.data, "we");
	if (!file || fwrite(seed->data, 1, seed->len, file) != seed->len ||
	    fclose(file) != 0) {
		perror(path.data);
		exit(1);
	}
	buf_free(&path);
}

/* Each seed of the file: into the directory, or through the target. */
static int
run_seeds(const char *path, const char *directory)
{
	struct buf text, seed;
	unsigned line = 1;
	int result = 0;

	buf_init(&text, INPUT_MAX);
	buf_init(&seed, INPUT_MAX);
	read_all(&text, path);
	for (const char *at = text.data; *at; line++) {
		size_t len = strcspn(at, "\n");

		buf_clear(&seed);
		if (len > 0 && *at != '#' && !unescape(at, at + len, &seed)) {
			(void)fprintf(stderr, "%s:%u: no seed\n", path, line);
			result = 1;
		} else if (len > 0 && *at != '#' && directory) {
			unpack(&seed, directory, line);
		} else if (len > 0 && *at != '#') {
			run_input(seed.data, seed.len);
		}
		at += len + (at[len] == '\n');
	}
	buf_free(&seed);
	buf_free(&text);
	return result;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--seeds") == 0)
		return run_seeds(argv[2], NULL);
	if (argc == 4 && strcmp(argv[1], "--unpack") == 0)
		return run_seeds(argv[2], argv[3]);
	for (int i = 1; i < argc; i++) {
		struct buf text;

		buf_init(&text, INPUT_MAX);
		read_all(&text, argv[i]);
		run_input(text.data, text.len);
		buf_free(&text);
	}
	return 0;
}
