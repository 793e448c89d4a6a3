/* SPDX-License-Identifier: ISC */
/*
 * SHAKE128 against the first 32 bytes that another implementation (CPython's
 * hashlib) gives: lengths around the rate, where the padding has its cases.
 */
#include "shake.h"

#include "tap.h"

static const struct {
	size_t count; /* of the letter a */
	const char *digest;
} cases[] = {
    {0, "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"},
    {1, "85c8de88d28866bf0868090b3961162bf82392f690d9e4730910f4af7c6ab3ee"},
    {3, "c18ab9addab02ed2ed193beb9e6bcaba88490d145e266353e781872405e27f99"},
    {166, "d415754a0ef1981117004372fa22bc8c10c54131fc816a3eeb04174772945558"},
    {167, "4f5c6c53ae8190a8ff8a55b2125d28703052d10278570960c2066a905d916c34"},
    {168, "c22e11586c22b713bde373fce93314d76829de2c21d940a28eb659b8dec953a2"},
    {169, "09fc23f3acfd944380db0c7f5b1bde62d3a43c6e4c61ca9cb3dfee54904b36a8"},
    {335, "191f1017c18b484f20d5f73dabea685da2bed8bb54685b51032993ffacb59a99"},
    {336, "518b1887755367d7464330c186178c44aed2b7cb0d1d39a518c4f93a32595117"},
    {337, "02c0b0b2f8c36af2433f4914ccd3473f26075e0b202e0b65f4308917ebca9285"},
    {500, "94dad312c54406c13475df8f970c27b8ce91724b5316eb8985b4f0d80317cada"},
};

int
main(void)
{
	enum { DIGEST = 32 };
	char text[512], hex[2 * DIGEST + 1];
	unsigned char digest[DIGEST];

	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char name[32];

		shake128(text, cases[i].count, digest, DIGEST);
		for (int j = 0; j < DIGEST; j++)
			(void)snprintf(hex + j * 2, 3, "%02x", digest[j]);
		(void)snprintf(name, sizeof(name), "%zu bytes", cases[i].count);
		is(hex, cases[i].digest, name);
	}
	return tap_done();
}
