/* SPDX-License-Identifier: ISC */
/*
 * Records as libjq's values, and back.
 *
 * libjq 1.6 holds numbers as doubles. A number that a double cannot keep goes
 * in as a signaling NaN that bears its place in the record. IEEE 754 makes
 * the processor raise the flag "invalid" when anything is done to such a
 * value but to move it, copy it, drop its sign or turn its sign over; the sign
 * is the number's own, so those are right:
 *
 *      sign  11111111111  0  tag (19 bits)  node (32 bits)
 *      +- of the number   `- signaling      `- in the row of nodes
 *
 * So once a program has run, the flag says whether any of them had a say in
 * what came out, be it by arithmetic, by an order, by the text of it or by
 * `if .a == .b`; and what came out untouched is known by its bits.
 *
 * All jv functions but those that say otherwise take their arguments; hence
 * the copies.
 */
#include "jqvalue.h"

#include "bounds.h"
#include "escape.h"
#include "exact.h"

#include <fenv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- numbers without a value */

static const uint64_t SIGN = UINT64_C(1) << 63;
static const uint64_t OPAQUE = UINT64_C(0x7ff2c0de) << 32;

static double
make_opaque(size_t node, bool is_negative)
{
	uint64_t bits = OPAQUE | node | (is_negative ? SIGN : 0);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* The node of an opaque number whose sign is still its own; 0 if it is none.
 * No double is looked at as such, for that would raise the flag. */
static size_t
opaque_node(const struct jqvalue *v, uint64_t bits)
{
	size_t node = bits & UINT32_MAX;

	if ((bits & ~SIGN & ~(uint64_t)UINT32_MAX) != OPAQUE ||
	    v->first_opaque == 0 ||
	    ((bits & SIGN) != 0) != (v->nodes[node].text[0] == '-'))
		return 0;
	return node;
}

/* Whether this machine raises the flag (valgrind, for one, does not). */
static bool
has_flag(void)
{
	volatile double value = make_opaque(0, false);
	volatile bool is_less;

	(void)feclearexcept(FE_INVALID);
	is_less = value < 1;
	(void)is_less;
	return fetestexcept(FE_INVALID) != 0;
}

/* --- records into libjq */

static jv
make_key(struct jqvalue *v, const char *key, size_t len)
{
	unsigned at = (unsigned)(len * 31);
	jv *slot;

	for (size_t i = 0; i < len; i += 3)
		at = at * 33 + (unsigned char)key[i];
	slot = &v->keys[at % JQVALUE_KEYS];
	if (!jv_is_valid(*slot) ||
	    (size_t)jv_string_length_bytes(jv_copy(*slot)) != len ||
	    memcmp(jv_string_value(*slot), key, len) != 0) {
		jv_free(*slot);
		*slot = jv_string_sized(key, (int)len);
	}
	return jv_copy(*slot);
}

static jv
make_number(struct jqvalue *v, size_t node)
{
	static const int64_t LARGEST = INT64_C(1) << 53;
	const struct json_node *n = &v->nodes[node];

	if (n->kind == JSON_INTEGER && n->integer >= -LARGEST &&
	    n->integer <= LARGEST && !(n->integer == 0 && n->text[0] == '-'))
		return jv_number((double)n->integer);
	if (exact_in_double(n->text, n->text_len))
		return jv_number(n->kind == JSON_INTEGER ? strtod(n->text, NULL)
							 : n->number);
	if (v->first_opaque == 0)
		v->first_opaque = node;
	return jv_number(make_opaque(node, n->text[0] == '-'));
}

static jv
make_scalar(struct jqvalue *v, size_t node)
{
	const struct json_node *n = &v->nodes[node];

	switch (n->kind) {
	case JSON_FALSE:
		return jv_false();
	case JSON_TRUE:
		return jv_true();
	case JSON_INTEGER:
	case JSON_NUMBER:
		return make_number(v, node);
	case JSON_STRING:
		return jv_string_sized(n->string, (int)n->string_len);
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return jv_null();
}

/* The record as libjq's value. A container that is open is kept here, held by
 * nobody else, so that what is added to it is added in place. */
static jv
make_value(struct jqvalue *v, size_t count)
{
	struct {
		jv value;
		size_t node;
	} open[JQVALUE_DEPTH + 1];
	size_t depth = 0;
	jv value = jv_null();

	for (size_t i = 0; i < count; i++) {
		const struct json_node *n = &v->nodes[i];
		size_t own = i;

		if (n->kind == JSON_OBJECT || n->kind == JSON_ARRAY) {
			value =
			    n->kind == JSON_OBJECT ? jv_object() : jv_array();
			if (n->end > i + 1) {
				open[depth].value = value;
				open[depth++].node = i;
				continue;
			}
		} else {
			value = make_scalar(v, i);
		}
		while (depth > 0) {
			jv *in = &open[depth - 1].value;
			size_t in_node = open[depth - 1].node;

			n = &v->nodes[own];
			if (v->nodes[in_node].kind == JSON_ARRAY)
				*in = jv_array_append(*in, value);
			else
				*in = jv_object_set(*in,
				    make_key(v, n->key, n->key_len), value);
			if (v->nodes[in_node].end != i + 1)
				break;
			value = *in;
			own = in_node;
			depth--;
		}
	}
	return value;
}

/* --- values out of it */

static int
write_number(struct jqvalue *v, jv number, struct fail *why)
{
	double value = jv_number_value(number);
	uint64_t bits;
	size_t node;

	memcpy(&bits, &value, sizeof(bits));
	if ((bits & ~SIGN) >= UINT64_C(0x7ff0) << 48) {
		node = opaque_node(v, bits);
		if (node == 0)
			return fail_set(why, STATUS_DATA,
			    "the --jq program yields a number that JSON does "
			    "not have (nan, infinite), or one of more than 15 "
			    "digits with its sign turned over");
		buf_append(&v->output, v->nodes[node].text,
		    v->nodes[node].text_len);
	} else if (value > -1e15 && value < 1e15 && value != 0 &&
	    value == (double)(int64_t)value) {
		buf_addf(&v->output, "%lld", (long long)value);
	} else {
		jv text = jv_dump_string(number, 0);

		buf_add(&v->output, jv_string_value(text));
		jv_free(text);
	}
	return 0;
}

static int write_value(struct jqvalue *v, jv value, unsigned depth,
    struct fail *why);

static int
write_array(struct jqvalue *v, jv array, unsigned depth, struct fail *why)
{
	int count = jv_array_length(jv_copy(array));
	int result = 0;

	buf_add_char(&v->output, '[');
	for (int i = 0; i < count && result == 0; i++) {
		jv item = jv_array_get(jv_copy(array), i);

		if (i > 0)
			buf_add_char(&v->output, ',');
		result = write_value(v, item, depth, why);
		jv_free(item);
	}
	buf_add_char(&v->output, ']');
	return result;
}

static void
write_string(struct jqvalue *v, jv string)
{
	escape_json(&v->output, jv_string_value(string),
	    (size_t)jv_string_length_bytes(jv_copy(string)));
}

static int
write_object(struct jqvalue *v, jv object, unsigned depth, struct fail *why)
{
	int result = 0;
	bool is_first = true;

	buf_add_char(&v->output, '{');
	for (int i = jv_object_iter(object);
	     jv_object_iter_valid(object, i) && result == 0;
	     i = jv_object_iter_next(object, i)) {
		jv key = jv_object_iter_key(object, i);
		jv member = jv_object_iter_value(object, i);

		if (!is_first)
			buf_add_char(&v->output, ',');
		is_first = false;
		write_string(v, key);
		buf_add_char(&v->output, ':');
		result = write_value(v, member, depth, why);
		jv_free(key);
		jv_free(member);
	}
	buf_add_char(&v->output, '}');
	return result;
}

/* Appends a value in libjq's notation to v->output. This, write_array and
 * write_object call each other; `depth` bounds them. */
static int
write_value(struct jqvalue *v, jv value, unsigned depth, struct fail *why)
{
	if (depth > BOUND_JSON_DEPTH)
		return fail_set(why, STATUS_DATA,
		    "the --jq program yields a value with more than %d objects "
		    "and lists inside each other",
		    BOUND_JSON_DEPTH);
	switch (jv_get_kind(value)) {
	case JV_KIND_INVALID:
	case JV_KIND_NULL:
		buf_add(&v->output, "null");
		break;
	case JV_KIND_FALSE:
		buf_add(&v->output, "false");
		break;
	case JV_KIND_TRUE:
		buf_add(&v->output, "true");
		break;
	case JV_KIND_NUMBER:
		return write_number(v, value, why);
	case JV_KIND_STRING:
		write_string(v, value);
		break;
	case JV_KIND_ARRAY:
		return write_array(v, value, depth + 1, why);
	case JV_KIND_OBJECT:
		return write_object(v, value, depth + 1, why);
	}
	return 0;
}

static bool
is_left_out(const char *const *name, jv key)
{

	/* All of them begin so. */
	if (!name || jv_string_value(key)[0] != '_')
		return false;
	while (*name && strcmp(*name, jv_string_value(key)) != 0)
		name++;
	return *name != NULL;
}

/* The member that the record has under this key, if its value is the very
 * one; else NULL. */
static const struct json_node *
find_own(const struct jqvalue *v, jv record, jv key, jv value)
{
	const struct json_node *own = NULL;
	const char *name = jv_string_value(key);
	jv member;

	if (jv_get_kind(record) != JV_KIND_OBJECT)
		return NULL;
	member = jv_object_get(jv_copy(record), jv_copy(key));
	if (jv_identical(member, jv_copy(value)) &&
	    strlen(name) == (size_t)jv_string_length_bytes(jv_copy(key)))
		own = json_member(v->nodes, 0, name);
	return own;
}

int
jqvalue_write(struct jqvalue *v, jv value, struct fail *why)
{
	return write_value(v, value, 0, why);
}

int
jqvalue_write_record(struct jqvalue *v, jv object, jv record,
    const char *const *left_out, struct fail *why)
{
	size_t start = v->output.len + 1;
	int result = 0;

	buf_add_char(&v->output, '{');
	for (int i = jv_object_iter(object);
	     jv_object_iter_valid(object, i) && result == 0;
	     i = jv_object_iter_next(object, i)) {
		jv key = jv_object_iter_key(object, i);
		jv member = jv_object_iter_value(object, i);
		const struct json_node *own;

		if (!is_left_out(left_out, key)) {
			if (v->output.len > start)
				buf_add_char(&v->output, ',');
			write_string(v, key);
			buf_add_char(&v->output, ':');
			own = find_own(v, record, key, member);
			if (own)
				buf_append(&v->output, own->text,
				    own->text_len);
			else
				result = write_value(v, member, 1, why);
		}
		jv_free(key);
		jv_free(member);
	}
	buf_add_char(&v->output, '}');
	return result;
}

/* An opaque number had a say: tells of one. */
static int
fail_opaque(const struct jqvalue *v, struct fail *why)
{
	const struct json_node *n = &v->nodes[v->first_opaque];
	size_t at = 1, end = v->nodes[0].end;
	struct buf path;

	/* Its path, by going down from the root. */
	buf_init(&path, 200);
	while (at <= v->first_opaque) {
		if (at < end && v->nodes[at].end <= v->first_opaque) {
			at = v->nodes[at].end;
			continue;
		}
		if (v->nodes[at].key) {
			buf_add_char(&path, '.');
			buf_append(&path, v->nodes[at].key,
			    v->nodes[at].key_len);
		} else {
			buf_add(&path, "[]");
		}
		at++;
	}
	(void)fail_set(why, STATUS_DATA,
	    "the --jq program calculates or compares with a number that jq 1.6 "
	    "would round, such as %.*s in '%s'; it may only pass it on or "
	    "leave it out",
	    (int)(n->text_len < 60 ? n->text_len : 60), n->text, path.data);
	buf_free(&path);
	return -1;
}

int
jqvalue_read(struct jqvalue *v, const char *text, size_t len, jv *record,
    struct fail *why)
{
	size_t count;

	if (json_parse(v->json, text, len, &v->nodes, &count, why) != 0)
		return fail_prefix(why, "not for libjq");
	v->first_opaque = 0;
	*record = make_value(v, count);
	if (v->first_opaque == 0 || has_flag())
		return 0;
	jv_free(*record);
	return fail_opaque(v, why);
}

void
jqvalue_watch(const struct jqvalue *v)
{
	if (v->first_opaque > 0)
		(void)feclearexcept(FE_INVALID);
}

int
jqvalue_check(const struct jqvalue *v, struct fail *why)
{
	if (v->first_opaque > 0 && fetestexcept(FE_INVALID))
		return fail_opaque(v, why);
	return 0;
}

void
jqvalue_init(struct jqvalue *v)
{
	*v = (struct jqvalue){.json = json_new(JQVALUE_DEPTH)};
	for (size_t i = 0; i < JQVALUE_KEYS; i++)
		v->keys[i] = jv_invalid();
	buf_init(&v->output, BOUND_LINE_BYTES);
}

void
jqvalue_free(struct jqvalue *v)
{
	for (size_t i = 0; i < JQVALUE_KEYS; i++)
		jv_free(v->keys[i]);
	json_free(v->json);
	buf_free(&v->output);
}
