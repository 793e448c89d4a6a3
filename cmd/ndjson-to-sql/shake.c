/* SPDX-License-Identifier: ISC */
/*
 * SHAKE128. The libraries that offer it are many times the size of what one
 * short tag is worth, so the permutation of FIPS 202 is written out here.
 * Speed does not matter: it runs once for a name that is too long.
 */
#include "shake.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

enum {
	LANES = 25, /* 5 by 5 words of 64 bits: lane x,y is at x + 5 * y */
	ROUNDS = 24,
	SUFFIX = 0x1F, /* the bits 1111 of a SHAKE, then the padding's 1 */
	LAST = 0x80,   /* the padding's last bit */
};

static uint64_t
rotate(uint64_t word, unsigned bits)
{
	return bits == 0 ? word : word << bits | word >> (64 - bits);
}

/* FIPS 202, 3.2.1: each bit takes up the parity of two columns. */
static void
theta(uint64_t lane[LANES])
{
	uint64_t parity[5] = {0};

	for (int x = 0; x < 5; x++)
		parity[x] = lane[x] ^ lane[x + 5] ^ lane[x + 10] ^
		    lane[x + 15] ^ lane[x + 20];
	for (int i = 0; i < LANES; i++)
		lane[i] ^= parity[(i + 4) % 5] ^ rotate(parity[(i + 1) % 5], 1);
}

/* 3.2.2 and 3.2.3: rotate the lanes and move each to its next place. The
 * places form one cycle that starts at 1,0; lane 0,0 stays. */
static void
rho_and_pi(uint64_t lane[LANES])
{
	uint64_t moving = lane[1];
	int x = 1, y = 0;

	for (unsigned t = 0; t < LANES - 1; t++) {
		int next = (2 * x + 3 * y) % 5;
		uint64_t displaced;

		x = y;
		y = next;
		displaced = lane[x + 5 * y];
		lane[x + 5 * y] = rotate(moving, (t + 1) * (t + 2) / 2 % 64);
		moving = displaced;
	}
}

/* 3.2.4: the one step that is not linear. */
static void
chi(uint64_t lane[LANES])
{
	for (int y = 0; y < LANES; y += 5) {
		uint64_t row[5];

		memcpy(row, lane + y, sizeof(row));
		for (int x = 0; x < 5; x++)
			lane[x + y] ^= ~row[(x + 1) % 5] & row[(x + 2) % 5];
	}
}

/* 3.2.5: the constant of a round comes out of a shift register, which runs
 * on from round to round. */
static uint64_t
next_constant(unsigned *shift)
{
	uint64_t constant = 0;

	for (unsigned j = 0; j <= 6; j++) {
		if (*shift & 1)
			constant |= UINT64_C(1) << ((1U << j) - 1);
		*shift = *shift << 1 ^ (*shift & 0x80 ? 0x171 : 0);
	}
	return constant;
}

static void
permute(uint64_t lane[LANES])
{
	unsigned shift = 1;

	for (int round = 0; round < ROUNDS; round++) {
		theta(lane);
		rho_and_pi(lane);
		chi(lane);
		lane[0] ^= next_constant(&shift);
	}
}

static void
xor_byte(uint64_t lane[LANES], size_t at, unsigned char byte)
{
	lane[at / 8] ^= (uint64_t)byte << at % 8 * 8;
}

void
shake128(const void *bytes, size_t len, unsigned char *digest,
    size_t digest_bytes)
{
	const unsigned char *in = bytes;
	uint64_t lane[LANES] = {0};
	size_t at = 0;

	assert(digest_bytes <= SHAKE128_RATE);
	for (size_t i = 0; i < len; i++) {
		xor_byte(lane, at++, in[i]);
		if (at == SHAKE128_RATE) {
			permute(lane);
			at = 0;
		}
	}
	xor_byte(lane, at, SUFFIX);
	xor_byte(lane, SHAKE128_RATE - 1, LAST);
	permute(lane);
	for (size_t i = 0; i < digest_bytes; i++)
		digest[i] = (unsigned char)(lane[i / 8] >> i % 8 * 8);
}
