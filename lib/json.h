/* SPDX-License-Identifier: ISC */
/*
 * Reading JSON (RFC 8259): the one door to simdjson. A text becomes a row of
 * nodes in document order; a container's node comes before its members:
 *
 *      {"a":[1,{"b":2}],"c":"x"}
 *
 *      index  key  kind     end            node[n].end is the index of the
 *        0     -   OBJECT    6             first node after the value, so
 *        1     a   ARRAY     5             siblings are found by jumping:
 *        2     -   INTEGER   3             n = node[n].end
 *        3     -   OBJECT    5
 *        4     b   INTEGER   5
 *        5     c   STRING    6
 *
 * Every value is checked, nested ones included, and every node keeps the
 * bytes of its value as they stand in the text. Nothing is rounded: a number
 * keeps its own digits, and says whether int64 holds it.
 */
#ifndef JSON_H
#define JSON_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Readable bytes that must follow a text; their values do not matter. */
enum { JSON_PADDING = 64 };

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_INTEGER, /* digits only, and within int64 */
	JSON_NUMBER,  /* any other number: fraction, exponent, or too large */
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json_node {
	const char *key;  /* unescaped; NULL for the root and in an array */
	const char *text; /* the value's own bytes, quotes included */
	union {
		const char *string; /* JSON_STRING: unescaped; may hold NULs */
		int64_t integer;    /* JSON_INTEGER */
		double number;      /* JSON_NUMBER: nearest double, or an
		                     * infinity if it is beyond all doubles */
	};
	uint32_t key_len;
	uint32_t text_len;
	uint32_t string_len;
	uint32_t end;
	enum json_kind kind;
};

struct json; /* a parser with its memory; use one again and again */

/* `max_depth` containers may be open at once; at most BOUND_JSON_DEPTH. */
struct json *json_new(unsigned max_depth);

/* Parses one text: exactly one value, with white space around it, of at most
 * BOUND_JSON_TOKENS. The nodes stay valid until the next call; their keys and
 * strings point into `text` or into the parser. On failure `why` (STATUS_DATA)
 * says what is wrong and at which byte. */
ATTR_NODISCARD
int json_parse(struct json *j, const char *text, size_t len,
    const struct json_node **nodes, size_t *count, struct fail *why);

void json_free(struct json *j);

/* The member `name` of the object at nodes[object]: its node, or NULL. Where
 * the name occurs twice, the last one counts, as in JSON.parse. */
const struct json_node *json_member(const struct json_node *nodes,
    size_t object, const char *name);

/* Whether the node is a string that equals `text`. */
bool json_equals(const struct json_node *node, const char *text);

#endif
