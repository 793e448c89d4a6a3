#!/usr/bin/perl
# SPDX-License-Identifier: ISC
#
# Holds the mock tenant against the real server: every recorded exchange of
# t/data/exchanges is replayed, byte for byte but for tokens and secrets, and
# the answers are compared.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/mock";
use Client;
use File::Basename qw(basename);
use IO::Uncompress::AnyInflate qw(anyinflate);
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Test::More;

# ---- Recordings

# The words of the curl command in the first line, as a shell reads them.
sub shell_words {
	my ($line) = @_;
	my @words = ('');
	while ($line =~ /\G(?:\\(.)|( +)|(.))/gs) {
		if (defined $2) { push @words, '' }
		else            { $words[-1] .= defined $1 ? $1 : $3 }
	}
	return @words;
}

sub read_recording {
	my ($file) = @_;
	my ($first, $rest) = split /\n/, slurp($file), 2;
	my ($request, $answer) = split /^=== RESPONSE[^\n]*\n/m, $rest, 2;
	my ($head) = split /\n\n/, $request, 2;
	my @parts = split /\n\n+/, $answer;
	my ($line, @lines) = split /\n/, shift @parts;
	my %headers;
	for (@lines) {
		my ($name, $value) = /^([^:]+):\s*(.*)$/ or next;
		push @{$headers{lc $name}}, $value;
	}
	my ($status) = $line =~ m{^HTTP/\S+ (\d+)};
	my $body = join "\n\n", @parts;
	$body =~ s/\n+\z//;
	$body = '' if $body =~ m{^HTTP/};
	return {
		name    => basename($file, '.http'),
		words   => [shell_words(substr $first, 2)],
		head    => [split /\n/, $head],
		answer  => {status => $status, headers => \%headers, body => $body},
	};
}

# What followed an option of the curl command.
sub option_values {
	my ($recording, @names) = @_;
	my @w = @{$recording->{words}};
	my @values;
	for my $i (0 .. $#w - 1) {
		push @values, [$w[$i], $w[$i + 1]] if grep { $_ eq $w[$i] } @names;
	}
	return @values;
}

sub url_encode { my ($t) = @_; $t =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge; $t }

sub recorded_body {
	my ($recording) = @_;
	my @parts;
	for (option_values($recording, '--data', '-d', '--data-urlencode')) {
		my ($option, $text) = @$_;
		if ($option eq '--data-urlencode') {
			my ($name, $value) = split /=/, $text, 2;
			$text = "$name=" . url_encode($value);
		}
		push @parts, $text;
	}
	my $body = join '&', @parts;
	$body =~ s/<fake-app-secret>/$secret/g;
	return $body;
}

# Tokens that are not simply good.
my %tokens = (
	'api-401-expired'                         => '?lifetime=-3600',
	'api-401-expired-1s-ago'                  => '?lifetime=-1',
	'api-401-wrong-issuer'                    => '?iss=https://evil.example/oidc',
	'api-401-bad-signature'                   => '?signature=bad',
	'api-401-wrong-audience-real-token'       => '?scope=&aud=https://api0.example.com/v0',
	'api-403-no-scope'                        => '?scope=',
	'api-403-token-requested-without-scope'   => '?scope=',
	'admin-port-3002'                         => '?kid=another',
	'perf-short-ttl-at-5s-expired'            => '?lifetime=-1',
);

# The recorded request with what was redacted put back.
sub request_text {
	my ($recording, $server) = @_;
	my ($line, @headers) = @{$recording->{head}};
	my $body = recorded_body($recording);
	my $token;
	for (@headers) {
		if (/^Authorization: Bearer <redacted>|^Authorization: bearer /) {
			$token //= mint($server, $tokens{$recording->{name}});
			s/<redacted>/$token/;
		}
		if (/^Authorization: Basic </) {
			my ($user) = map { $_->[1] } option_values($recording, '-u');
			$user //= '';
			$user =~ s/<fake-app-secret>/$secret/;
			my $basic = $user ne '' ? encode_base64($user, '') : '!!!notbase64';
			s/<.*>/$basic/;
		}
		s/^Content-Length: .*/'Content-Length: ' . length $body/e;
	}
	return join("\r\n", $line, @headers, '', '') . $body;
}

# ---- Comparison

# Lists that went on growing, or rows that changed, between a recording and
# the dump that t/data/tenant is: totals and links to the last page differ.
my %moved = map { $_ => 1 } qw(
  list-logs logs-default logs-page_size-2 logs-start_time
  logs-logKey logs-applicationId logs-enableCap-true-under-cap
  logs-page-beyond logs-search-ignored logs-startTime-camel-ignored
  logs-start_time-empty logs-start_time-fraction logs-start_time-negative
  logs-start_time-seconds logs-start_time-zero
  perf-logs-enableCap-filter-under-cap hooks-recent-logs
);

# Differences we know of: the header is not compared.
my %excused = (
	'enc-br'              => 'brotli is not built in: the body comes as it is',
	'enc-gzip-br-deflate' => 'brotli is not built in: gzip comes instead',
);

# Recordings that are not replayed.
my %skipped = ();

sub type_of {
	my ($v) = @_;
	return 'null'   if !defined $v;
	return 'bool'   if JSON::PP::is_bool($v);
	return 'object' if ref $v eq 'HASH';
	return 'list'   if ref $v eq 'ARRAY';
	return 'number' if ref $v;
	my $flags = B::svref_2object(\$v)->FLAGS;
	return $flags & (B::SVf_IOK() | B::SVf_NOK()) && !($flags & B::SVf_POK())
	  ? 'number' : 'string';
}
use B ();

# Collects types by path; list elements share a path.
sub shape {
	my ($v, $path, $into) = @_;
	my $type = type_of($v);
	$into->{$path}{$type} = 1;
	if ($type eq 'object') { shape($v->{$_}, "$path.$_", $into) for keys %$v }
	if ($type eq 'list')   { shape($_, "$path\[]", $into) for @$v }
	return $into;
}

# Names that differ, or members whose types never agree; '' if all is well.
# Below the members of a record only what both have is compared: there the
# data decide what is present.
sub shape_fault {
	my ($want, $have) = @_;
	for my $path (sort keys %$want) {
		my $depth = () = $path =~ /\./g;
		if (!$have->{$path}) {
			return "no $path" if $depth <= 1;
			next;
		}
		my ($w, $h) = ($want->{$path}, $have->{$path});
		next if $w->{null} || $h->{null};
		return "$path is " . join('/', keys %$h) . ', not ' . join('/', keys %$w)
		  if !grep { $h->{$_} } keys %$w;
	}
	for my $path (sort keys %$have) {
		my $depth = () = $path =~ /\./g;
		return "there is $path" if $depth <= 1 && !$want->{$path};
	}
	return '';
}

sub links {
	my ($answer) = @_;
	my %links;
	for (@{$answer->{headers}{link} // []}) {
		my ($url, $rel) = /^<([^>]*)>; rel="(\w+)"$/ or next;
		$links{$rel} = $url;
	}
	return \%links;
}

sub body_kind {
	my ($answer) = @_;
	my $type = header($answer, 'Content-Type') // '';
	return 'empty' if $answer->{body} eq '';
	return $type =~ m{^([^;]+)} ? $1 : 'untyped';
}

sub unpacked {
	my ($answer) = @_;
	return $answer->{body} if !header($answer, 'Content-Encoding');
	anyinflate(\$answer->{body} => \my $out) or return '';
	return $out;
}

sub compare_errors {
	my ($want, $have) = @_;
	for my $path ('code', 'error', 'error_description', 'data.code', 'data.claim', 'data.name') {
		my ($w, $h) = map {
			my $v = $_;
			$v = ref $v eq 'HASH' ? $v->{$_} : undef for split /\./, $path;
			$v // '(none)'
		} $want, $have;
		return "$path is $h, not $w" if $w ne $h;
	}
	return '';
}

sub compare_bodies {
	my ($name, $want, $have) = @_;
	return '' if $want->{body} =~ /^<\d+ bytes of encoded body/;
	my ($w, $h) = (body_kind($want), body_kind($have));
	return "body is $h, not $w" if $w ne $h;
	return '' if $w eq 'empty' || $w eq 'text/html';
	my $body = unpacked($have);
	return $body eq $want->{body} ? '' : "text is $body" if $w eq 'text/plain';
	my ($old, $new) = ($want->{body}, eval { $json->decode($body) });
	return "no JSON: $@" if $@;
	# Redacted tokens, and bodies that were cut when they were stored.
	$old = eval { $json->decode($old) } or return '';
	if ($want->{status} >= 400) {
		my $fault = compare_errors($old, $new);
		return $fault if $fault;
	}
	return 'list of ' . @$new . ', not ' . @$old
	  if ref $old eq 'ARRAY' && @$old != @$new && !$moved{$name};
	return '' if ref $old eq 'ARRAY' && (!@$old || !@$new);
	return shape_fault(shape($old, '', {}), shape($new, '', {}));
}

sub compare {
	my ($recording, $have) = @_;
	my ($name, $want) = @$recording{qw(name answer)};
	return "status $have->{status}, not $want->{status}"
	  if $have->{status} != $want->{status};
	my @names = ('Content-Type', 'Allow', 'Location', 'Total-Number-Is-Capped', 'WWW-Authenticate');
	push @names, 'Content-Encoding' if !$excused{$name};
	push @names, 'Total-Number' if !$moved{$name};
	for (@names) {
		my ($w, $h) = (header($want, $_) // '(none)', header($have, $_) // '(none)');
		return "$_: $h, not $w" if $w ne $h;
	}
	for ('ETag', 'Total-Number', 'Logto-Core-Request-Id') {
		my ($w, $h) = (defined header($want, $_), defined header($have, $_));
		return "$_: " . ($h ? 'there' : 'missing') if $w != $h;
	}
	my ($w, $h) = (links($want), links($have));
	my @rels = map { join ' ', sort keys %$_ } $w, $h;
	return "links $rels[1], not $rels[0]" if $rels[0] ne $rels[1];
	for (keys %$w) {
		my ($old, $new) = ($w->{$_}, $h->{$_});
		s/\bpage=\d+// for $moved{$name} && $_ eq 'last' ? ($old, $new) : ();
		return "$_ is $new, not $old" if $old ne $new;
	}
	return compare_bodies($name, $want, $have);
}

# ---- The recordings, replayed

my @files = sort glob "$top/t/data/exchanges/*.http";
my $recorded = start('--endpoint', 'http://localhost:3001');
my $large    = start(
	'--endpoint', 'http://localhost:3011', '--logs', 20574, '--users', 5851,
	'--ties', 600, '--token-lifetime', 4
);
my ($replayed, $identical) = (0, 0);
for my $file (@files) {
	my $recording = read_recording($file);
	my $name      = $recording->{name};
	if ($skipped{$name}) {
		note("$name: not replayed: $skipped{$name}");
		next;
	}
	note("$name: $excused{$name}") if $excused{$name};
	my $server = $name =~ /^perf-/ ? $large : $recorded;
	my $have   = talk(
		$server,
		request_text($recording, $server),
		$recording->{head}[0] =~ /^HEAD/
	);
	$replayed++;
	$identical++ if $have->{body} eq $recording->{answer}{body};
	is(compare($recording, $have), '', "recorded: $name");
}
cmp_ok($replayed, '>=', 150, "replayed $replayed of " . @files . " recordings, $identical bodies identical");

done_testing();
