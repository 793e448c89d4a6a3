/* SPDX-License-Identifier: ISC */
/*
 * Whether libzstd.h declares what the library's own header does. Where that is
 * not installed, nothing can be compared.
 */
#include "libzstd.h"
#include "tap.h"

#if __has_include(<zstd.h>)
#include <zstd.h>

/* Functions whose types are the same. */
#define SAME(name)                                                             \
	ok(__builtin_types_compatible_p(__typeof__(&ZSTD_##name),              \
	       __typeof__(((struct libzstd *)0)->name)),                       \
	    "ZSTD_" #name)
/* Those that name structs, or an enum for an int: how many bytes they take. */
#define ALIKE(ours, theirs, member)                                            \
	ok(offsetof(struct ours, member) == offsetof(theirs, member) &&        \
		sizeof(struct ours) == sizeof(theirs),                         \
	    #theirs "." #member)

static void
compare(void)
{
	SAME(versionString);
	SAME(isError);
	SAME(getErrorName);
	ALIKE(zstd_in, ZSTD_inBuffer, src);
	ALIKE(zstd_in, ZSTD_inBuffer, size);
	ALIKE(zstd_in, ZSTD_inBuffer, pos);
	ALIKE(zstd_out, ZSTD_outBuffer, dst);
	ALIKE(zstd_out, ZSTD_outBuffer, size);
	ALIKE(zstd_out, ZSTD_outBuffer, pos);
	is_int(LIBZSTD_LEVEL, ZSTD_c_compressionLevel, "the level's number");
	is_int(LIBZSTD_CHECKSUM, ZSTD_c_checksumFlag, "the checksum's");
	is_int(LIBZSTD_CONTINUE, ZSTD_e_continue, "to go on");
	is_int(LIBZSTD_END, ZSTD_e_end, "to end");
	is_int(sizeof(ZSTD_cParameter), sizeof(int), "parameters are ints");
	is_int(sizeof(ZSTD_EndDirective), sizeof(int), "so are directives");
}
#else
static void
compare(void)
{
	ok(true, "zstd.h is not there # SKIP");
}
#endif

int
main(void)
{
	compare();
	return tap_done();
}
