/* SPDX-License-Identifier: ISC */
/*
 * Hashes, identifiers and times that depend on a seed.
 */
#include "generate.h"

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014): a bijection that
 * spreads each input bit over the whole word. */
static uint64_t
spread(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

uint64_t
generate_mix(uint64_t seed, uint64_t serial, uint64_t slot)
{
	uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) +
	    slot * UINT64_C(0xd1342543de82ef95);

	return spread(spread(x) ^ serial * UINT64_C(0xa0761d6478bd642f));
}

void
generate_id(char *out, size_t len, uint64_t a, uint64_t b)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

	for (size_t i = 0; i < len; i++) {
		if (i == 11)
			a = b;
		out[i] = digits[a % 36];
		a /= 36;
	}
}

void
generate_token(char *out, size_t len, uint64_t a)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				     "nopqrstuvwxyz0123456789-_";
	uint64_t bits = a;

	for (size_t i = 0; i < len; i++) {
		if (i % 10 == 9) {
			a = spread(a + i);
			bits = a;
		}
		out[i] = digits[bits & 63];
		bits >>= 6;
	}
}

size_t
generate_number(char *out, uint64_t value)
{
	char digits[20];
	size_t len = 0;

	do {
		digits[len++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	for (size_t i = 0; i < len; i++)
		out[i] = digits[len - 1 - i];
	return len;
}

uint64_t
generate_rows(const struct generator *g, struct row *rows, size_t count,
    size_t ties, uint64_t now_ms, uint64_t step_us)
{
	/* Not a whole millisecond: bounds in ms must cut as on a server. */
	uint64_t us = now_ms * 1000 + 421;
	uint64_t tie_us = 0;
	size_t first;

	for (size_t i = count; i-- > 0;) {
		uint64_t hash = generate_mix(g->seed, i, 1);

		rows[i] = (struct row){.us = us, .serial = (uint32_t)i};
		us -= hash % 20 == 0 ? 1 + hash % 307
				     : step_us / 2 + hash % step_us;
	}
	if (ties > count)
		ties = count;
	/* A recent import. In the older half PostgreSQL would sort all rows
	 * (order.h), and a walk would lose none; here it loses a third. */
	first = (count - ties) - (count - ties) / 16;
	for (size_t i = first; i < first + ties; i++) {
		if (!tie_us)
			tie_us = rows[first + ties - 1].us;
		rows[i].us = tie_us;
	}
	return tie_us;
}
