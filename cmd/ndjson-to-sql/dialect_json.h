/* SPDX-License-Identifier: ISC */
/*
 * A text as JSON, in SQL, for json_open and json_close of a dialect: what
 * escape_json writes, byte for byte. The functions that databases have for it
 * choose other escapes, and what they choose hangs on settings.
 *
 *      JSON_OPEN "CAST(x AS text)" JSON_CLOSE("\\", "chr(0)", ...)
 *
 * `b` is a backslash between quotes; the others are expressions for U+0000,
 * U+0003, line feed and carriage return, which cannot stand there everywhere.
 */
#ifndef DIALECT_JSON_H
#define DIALECT_JSON_H

/* One replacement after the other, the backslash's first. */
/* clang-format off */
#define JSON_REPLACE(from, to) ", " from ", '" to "')"
#define JSON_CODE(b, from, digits) JSON_REPLACE(from, b "u00" digits)
#define JSON_FOUR "replace(replace(replace(replace("
#define JSON_16 JSON_FOUR JSON_FOUR JSON_FOUR JSON_FOUR
#define JSON_OPEN "concat('\"', replace(replace(" JSON_16 JSON_16
#define JSON_CLOSE(b, nul, etx, lf, cr) \
	JSON_REPLACE("'" b "'", b b) JSON_REPLACE("'\"'", b "\"") \
	JSON_REPLACE("'\b'", b "b") JSON_REPLACE("'\t'", b "t") \
	JSON_REPLACE(lf, b "n") JSON_REPLACE("'\f'", b "f") \
	JSON_REPLACE(cr, b "r") \
	JSON_CODE(b, nul, "00") JSON_CODE(b, etx, "03") \
	JSON_CODE(b, "'\1'", "01") JSON_CODE(b, "'\2'", "02") \
	JSON_CODE(b, "'\4'", "04") JSON_CODE(b, "'\5'", "05") \
	JSON_CODE(b, "'\6'", "06") JSON_CODE(b, "'\7'", "07") \
	JSON_CODE(b, "'\13'", "0b") JSON_CODE(b, "'\16'", "0e") \
	JSON_CODE(b, "'\17'", "0f") JSON_CODE(b, "'\20'", "10") \
	JSON_CODE(b, "'\21'", "11") JSON_CODE(b, "'\22'", "12") \
	JSON_CODE(b, "'\23'", "13") JSON_CODE(b, "'\24'", "14") \
	JSON_CODE(b, "'\25'", "15") JSON_CODE(b, "'\26'", "16") \
	JSON_CODE(b, "'\27'", "17") JSON_CODE(b, "'\30'", "18") \
	JSON_CODE(b, "'\31'", "19") JSON_CODE(b, "'\32'", "1a") \
	JSON_CODE(b, "'\33'", "1b") JSON_CODE(b, "'\34'", "1c") \
	JSON_CODE(b, "'\35'", "1d") JSON_CODE(b, "'\36'", "1e") \
	JSON_CODE(b, "'\37'", "1f") \
	", '\"')"
/* clang-format on */

#endif
