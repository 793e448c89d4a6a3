# SPDX-License-Identifier: ISC
#
# Starts mock tenants and asks them, for t/09*. Sockets, not HTTP::Tiny: the
# details of the wire are the point. What it started ends with the test.
package Client;
use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Socket qw(SOL_SOCKET SO_RCVTIMEO);
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw($top $build $program $secret $json $scratch %running
  start stop stop_all open_socket read_answer talk ask rules mint grant
  header total rows ids walk distinct slurp);

our $top   = dirname(dirname(dirname(abs_path(__FILE__))));
our $build = $ENV{BUILD} // 'build/release';
$build = "$top/$build" if $build !~ m{^/};
our $program = "$build/mock-logto";
our $secret  = 'FAKEsecretFAKEsecretFAKEsecret00';
our $json    = JSON::PP->new->utf8->allow_nonref->allow_bignum;
our $scratch = tempdir(CLEANUP => 1);
our %running;

plan skip_all => "no $program" if !-x $program;
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { stop_all(); die "no end in sight\n" };
alarm 120;

# ---- Servers

# Starts a mock; it ends with us, because we hold its standard input.
sub start {
	my @options = @_;
	pipe(my $in, my $hold) or die;
	pipe(my $line, my $out) or die;
	my $pid = fork // die;
	if ($pid == 0) {
		open STDIN,  '<&', $in  or die;
		open STDOUT, '>&', $out or die;
		close $hold;
		chdir $top or die;
		exec $program, '--parent-death', @options or die;
	}
	close $in;
	close $out;
	my $url = <$line> // '';
	chomp $url;
	my ($port) = $url =~ m{:(\d+)};
	$running{$pid} = 1;
	return {pid => $pid, hold => $hold, url => $url, port => $port};
}

# Ends it by SIGTERM; returns its wait status and the seconds it took.
sub stop {
	my ($server) = @_;
	my $start = time;
	kill TERM => $server->{pid};
	waitpid $server->{pid}, 0;
	delete $running{$server->{pid}};
	return ($?, time - $start);
}

sub stop_all {
	kill KILL => $_ for keys %running;
	waitpid $_, 0 for keys %running;
	%running = ();
}
END { my $status = $?; stop_all(); $? = $status }

# ---- HTTP

sub open_socket {
	my ($server) = @_;
	my $socket = IO::Socket::INET->new(
		PeerAddr => '127.0.0.1',
		PeerPort => $server->{port},
		Proto    => 'tcp'
	) or die "cannot connect: $!";
	setsockopt($socket, SOL_SOCKET, SO_RCVTIMEO, pack('l!l!', 10, 0));
	return $socket;
}

# Reads one answer; `error` says how the connection ended early.
sub read_answer {
	my ($socket, $is_head) = @_;
	my ($data, $error) = ('', undef);
	my $more = sub {
		my $n = sysread $socket, $data, 65536, length $data;
		$error = !defined $n ? "$!" : 'eof' if !$n;
		return $n;
	};
	while (index($data, "\r\n\r\n") < 0) { $more->() or last }
	return {status => 0, error => $error, body => $data}
	  if index($data, "\r\n\r\n") < 0;
	my ($head, $body) = split /\r\n\r\n/, $data, 2;
	my ($first, @lines) = split /\r\n/, $head;
	my ($status) = $first =~ m{^HTTP/1\.[01] (\d+)};
	my %headers;
	for (@lines) {
		my ($name, $value) = /^([^:]+):\s*(.*)$/ or next;
		push @{$headers{lc $name}}, $value;
	}
	my $answer = {status => $status, headers => \%headers};
	my $length = $headers{'content-length'}[0];
	$data = $body;
	if ($is_head || $status == 204 || $status == 304) {
		$data = '';
	} elsif (($headers{'transfer-encoding'}[0] // '') eq 'chunked') {
		$data = read_chunks(\$data, $more);
		$error //= 'chunks' if !defined $data;
		$data //= '';
	} elsif (defined $length) {
		while (length $data < $length) { $more->() or last }
	} else {
		while ($more->()) { }
		$error = undef if ($error // '') eq 'eof';
	}
	@$answer{qw(body error)} = ($data, $error);
	return $answer;
}

sub read_chunks {
	my ($data, $more) = @_;
	my $body = '';
	while (1) {
		while ($$data !~ /\r\n/) { $more->() or return }
		$$data =~ s/^([0-9a-fA-F]+)[^\r\n]*\r\n// or return;
		my $size = hex $1;
		while (length $$data < $size + 2) { $more->() or return }
		$body .= substr $$data, 0, $size;
		substr($$data, 0, $size + 2) = '';
		return $body if $size == 0;
	}
}

sub talk {
	my ($server, $text, $is_head) = @_;
	my $socket = open_socket($server);
	syswrite $socket, $text;
	return read_answer($socket, $is_head);
}

# A request in the usual form. Options: token, method, body, headers, socket.
sub ask {
	my ($server, $target, %o) = @_;
	my $method = $o{method} // 'GET';
	my @lines  = ("$method $target HTTP/1.1", 'Host: mock', @{$o{headers} // []});
	push @lines, "Authorization: Bearer $o{token}" if defined $o{token};
	push @lines, 'Content-Length: ' . length $o{body} if defined $o{body};
	push @lines, 'Connection: close' if !$o{socket};
	my $text = join("\r\n", @lines, '', '') . ($o{body} // '');
	return talk($server, $text, $method eq 'HEAD') if !$o{socket};
	syswrite $o{socket}, $text;
	return read_answer($o{socket}, $method eq 'HEAD');
}

sub rules { ask($_[0], '/_mock/rules', method => 'PUT', body => $_[1]) }

sub mint {
	my ($server, $query) = @_;
	my $body = ask($server, '/_mock/token' . ($query // ''))->{body};
	chomp $body;
	return $body;
}

sub grant {
	my ($server, %o) = @_;
	my $id    = $o{id} // 'verify0client0m2m0001';
	my $basic = encode_base64("$id:" . ($o{secret} // $secret), '');
	my $answer = ask(
		$server, ($o{base} // '') . '/oidc/token',
		method  => 'POST',
		body    => 'grant_type=client_credentials&scope=all&resource='
		  . ($o{resource} // 'https%3A%2F%2Fdefault.logto.app%2Fapi'),
		headers => [
			"Authorization: Basic $basic",
			'Content-Type: application/x-www-form-urlencoded'
		]
	);
	return $answer;
}

sub header { $_[0]{headers}{lc $_[1]} ? $_[0]{headers}{lc $_[1]}[0] : undef }
sub total  { header($_[0], 'Total-Number') }
sub rows   { $json->decode($_[0]{body}) }
sub ids    { map { $_->{id} } @{rows($_[0])} }

# Walks all pages; the ids as they came, and the last total.
sub walk {
	my ($server, $token, $target, $size) = @_;
	my ($page, $total, @ids) = (1, 0);
	my $socket = open_socket($server);
	my $mark = $target =~ /\?/ ? '&' : '?';
	do {
		my $answer = ask($server, "$target${mark}page=$page&page_size=$size",
			token => $token, socket => $socket);
		$total = total($answer);
		# Decoding every row would take most of this test's time.
		push @ids, $answer->{body} =~ /"id":"(\w+)","(?:username|key)":/g;
	} while ($page++ * $size < $total);
	return ($total, @ids);
}

sub distinct { my %seen; $seen{$_} = 1 for @_; return scalar keys %seen }

sub slurp { my ($file) = @_; open my $in, '<:raw', $file or die; local $/; <$in> }

1;
