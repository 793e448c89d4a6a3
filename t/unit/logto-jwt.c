/* SPDX-License-Identifier: ISC */
/* Tokens, read without their key: what they say, and what is no token. */
#include "jwt.h"

#include "bounds.h"
#include "mem.h"
#include "tap.h"

/* {"alg":"ES384"} . {"iss":"https://x/oidc","aud":"https://r/api",
 * "iat":1700000000,"exp":1700003600,"scope":"all","client_id":"app"} */
#define HEADER "eyJhbGciOiJFUzM4NCJ9"
#define CLAIMS                                                                 \
	"eyJpc3MiOiJodHRwczovL3gvb2lkYyIsImF1ZCI6Imh0dHBzOi8vci9hcGkiLCJpYXQi" \
	"OjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMzYwMCwic2NvcGUiOiJhbGwiLCJjbGllbnRf" \
	"aWQiOiJhcHAifQ"

static const struct bad {
	const char *name, *token;
} bads[] = {
    {"nothing", ""},
    {"a word", "garbage"},
    {"two parts", HEADER "." CLAIMS},
    {"four parts", HEADER "." CLAIMS ".x.y"},
    {"an empty part",
	HEADER ".."
	       "x"},
    {"an empty signature", HEADER "." CLAIMS "."},
    {"a digit that makes no byte", HEADER "A." CLAIMS ".x"},
    {"padding", HEADER "=." CLAIMS ".x"},
    {"plus and slash, the other alphabet", "ab+/." CLAIMS ".x"},
    {"a blank", HEADER " ." CLAIMS ".x"},
    {"base64url of an impossible length", "eyJhb." CLAIMS ".x"},
    {"a header that is no JSON", "YWJj." CLAIMS ".x"},
    {"claims that are no JSON", HEADER ".YWJj.x"},
    {"claims that are a list", HEADER ".WzFd.x"},
};

static void
check_decoded(const char *claims, const char *audience, int64_t expires_at,
    const char *name)
{
	char token[600];
	struct jwt t;
	struct fail why;

	(void)snprintf(token, sizeof(token), "%s.%s.c2ln", HEADER, claims);
	is_int(jwt_decode(&t, token, strlen(token), &why), 0, name);
	is(t.audience, audience, name);
	is_int(t.expires_at, expires_at, name);
	jwt_free(&t);
}

int
main(void)
{
	static const char token[] = HEADER "." CLAIMS ".c2ln";
	struct jwt t;
	struct fail why;
	char *huge = mem_alloc(BOUND_SECRET_BYTES + 2, 1);

	is_int(jwt_decode(&t, token, strlen(token), &why), 0, "decodes");
	is(t.header, "{\"alg\":\"ES384\"}", "the header as it stands");
	is(t.issuer, "https://x/oidc", "iss");
	is(t.audience, "https://r/api", "aud");
	is(t.scope, "all", "scope");
	is(t.client_id, "app", "client_id");
	is_int(t.issued_at, 1700000000, "iat");
	is_int(t.expires_at, 1700003600, "exp");
	ok(jwt_is_shaped(token, strlen(token)), "has a token's form");
	jwt_free(&t);
	jwt_free(&t);
	ok(!t.claims, "freed twice without harm");

	/* {"aud":["a","b"],"exp":1.5} */
	check_decoded("eyJhdWQiOlsiYSIsImIiXSwiZXhwIjoxLjV9", "a", 1,
	    "a list of audiences, a time with a fraction");
	/* {"aud":["a"]}; {"exp":-1e15}, {"exp":1e15} */
	check_decoded("eyJhdWQiOlsiYSJdfQ", "a", JWT_NO_TIME,
	    "a list of one audience");
	check_decoded("eyJleHAiOi0xZTE1fQ", NULL, JWT_NO_TIME, "long ago");
	check_decoded("eyJleHAiOjFlMTV9", NULL, JWT_NO_TIME, "in a long time");
	/* {"aud":[]} and {"exp":"soon"} */
	check_decoded("eyJhdWQiOltdfQ", NULL, JWT_NO_TIME, "an empty list");
	check_decoded("eyJleHAiOiJzb29uIn0", NULL, JWT_NO_TIME,
	    "a time that is none");
	/* {"aud":[],"sub":"x"} */
	check_decoded("eyJhdWQiOltdLCJzdWIiOiJ4In0", NULL, JWT_NO_TIME,
	    "what follows an empty list is none of it");
	/* {"exp":-9223372036854775807}, {"exp":9223372036854775807} */
	check_decoded("eyJleHAiOi05MjIzMzcyMDM2ODU0Nzc1ODA3fQ", NULL,
	    JWT_NO_TIME, "a time before all times");
	check_decoded("eyJleHAiOjkyMjMzNzIwMzY4NTQ3NzU4MDd9", NULL, JWT_NO_TIME,
	    "a time after all times");

	for (size_t i = 0; i < sizeof(bads) / sizeof(*bads); i++) {
		bool is_refused = jwt_decode(&t, bads[i].token,
				      strlen(bads[i].token), &why) == -1;

		ok(is_refused && why.status == STATUS_DATA, "refused: %s",
		    bads[i].name);
	}
	is_int(jwt_decode(&t, token, strlen(token) - 1, &why), 0,
	    "what follows in memory is no part of it");
	jwt_free(&t);
	ok(jwt_is_shaped("a.b.c", 5), "one digit each");
	is_int(jwt_decode(&t, HEADER "A." CLAIMS ".x",
		   strlen(HEADER "A." CLAIMS ".x"), &why),
	    -1, "a digit too many");
	is(why.text, "the token is no JWT: its base64url is cut",
	    "... is told");
	memset(huge, 'a', BOUND_SECRET_BYTES + 1);
	huge[1] = huge[3] = '.';
	ok(jwt_is_shaped(huge, BOUND_SECRET_BYTES), "as long as it may be");
	is_int(jwt_decode(&t, huge, BOUND_SECRET_BYTES, &why), -1,
	    "... but not base64url");
	ok(!strstr(why.text, "longer"), "... is not too long");
	is_int(jwt_decode(&t, huge, BOUND_SECRET_BYTES + 1, &why), -1,
	    "refused: too long");
	ok(!jwt_is_shaped(huge, BOUND_SECRET_BYTES + 1), "too long to look at");
	free(huge);
	return tap_done();
}
