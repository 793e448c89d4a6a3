/* SPDX-License-Identifier: ISC */
/*
 * The seeded source of users and logs. A record is 16 bytes (struct row);
 * everything else about it is a function of the seed and its serial number,
 * computed when it is asked for. So a million logs cost 16 MB, and two
 * servers with one seed agree to the byte.
 */
#ifndef MOCK_GENERATE_H
#define MOCK_GENERATE_H

#include <stddef.h>
#include <stdint.h>

enum {
	USER_ID_LEN = 12,
	LONG_ID_LEN = 21,
	/* No rendered user or log is longer. */
	RENDER_BYTES = 16 << 10,
};

struct row {
	uint64_t us; /* createdAt, epoch microseconds; the API shows ms */
	uint32_t serial;
	uint32_t revision; /* times it was updated */
};

struct generator {
	uint64_t seed;
	const char *tenant_id; /* borrowed */
	/* Users whom logs may mention: recorded ones, or the first
	 * `user_count` of our own where `user_ids` is NULL. */
	const char (*user_ids)[USER_ID_LEN + 1]; /* borrowed */
	uint32_t user_count;
};

/* A number that depends on all three and looks random. */
uint64_t generate_mix(uint64_t seed, uint64_t serial, uint64_t slot);

/* Writes `len` characters of [0-9a-z], or of base64url; no NUL. */
void generate_id(char *out, size_t len, uint64_t a, uint64_t b);
void generate_token(char *out, size_t len, uint64_t a);

/* Decimal digits of `value`; returns their number. */
size_t generate_number(char *out, uint64_t value);

/* Fills rows oldest first, ending at `now_ms`; consecutive rows are `step_us`
 * apart but for the one in twenty that follows within a millisecond. `ties`
 * rows in the newer half share one time, which is returned (0: no ties). */
uint64_t generate_rows(const struct generator *g, struct row *rows,
    size_t count, size_t ties, uint64_t now_ms, uint64_t step_us);

#endif
