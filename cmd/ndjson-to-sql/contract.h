/* SPDX-License-Identifier: ISC */
/*
 * What a load may change in the tables that are stored already (--contract).
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#include <stdbool.h>

struct member;
struct record;

enum contract {
	CONTRACT_EVOLVE,
	CONTRACT_FREEZE,        /* a change ends the load */
	CONTRACT_DISCARD_ROW,   /* ... rejects the record */
	CONTRACT_DISCARD_VALUE, /* ... leaves the value out */
};

enum contract_part {
	CONTRACT_TABLES,
	CONTRACT_COLUMNS,
	CONTRACT_TYPES,
	CONTRACT_PARTS,
};

/* Whether the contract lets `part` change for the member. If not, it is noted
 * in r what becomes of the record, and why; or that a value was left out. */
bool contract_allows(struct record *r, enum contract_part part,
    const struct member *m);

#endif
