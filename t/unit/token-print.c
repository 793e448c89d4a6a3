/* SPDX-License-Identifier: ISC */
/* Times in words. */
#include "print.h"

#include "tap.h"

int
main(void)
{
	static const struct {
		int64_t seconds;
		const char *words;
	} cases[] = {
	    {0, "0 seconds"},
	    {1, "1 second"},
	    {59, "59 seconds"},
	    {60, "1 minute"},
	    {61, "1 minute 1 second"},
	    {3599, "59 minutes 59 seconds"},
	    {3600, "1 hour"},
	    {3601, "1 hour"},
	    {3660, "1 hour 1 minute"},
	    {86399, "23 hours 59 minutes"},
	    {86400, "1 day"},
	    {86460, "1 day"},
	    {90000, "1 day 1 hour"},
	    {604800, "7 days"},
	    {INT64_MAX, "106751991167300 days 15 hours"},
	};
	char text[PRINT_WORDS_BYTES];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		print_words(cases[i].seconds, text);
		ok(strcmp(text, cases[i].words) == 0, "%lld is %s",
		    (long long)cases[i].seconds, text);
	}
	return tap_done();
}
