# SPDX-License-Identifier: ISC
#
# What a disk may hold after a loss of power, from the log of t/torture/writes.c.
# What was synced is there. Of the rest any part may be missing, in any order:
# a write, sectors of it, the new size of a file, a name in a directory. Names
# are kept by an fsync of the directory alone, which is more than most file
# systems ask for, and as much as POSIX promises.
package disk;
use strict;
use warnings;

use Digest::MD5 qw(md5_hex);

use constant SECTOR => 512;

# --- what was there before, and what was done

# Reads the tree below a directory, and remembers its files by their inodes.
sub before {
	my ($root) = @_;
	my $disk = bless {objects => [], by_inode => {}, changes => []}, 'disk';

	$disk->{root} = $disk->scan($root);
	return $disk;
}

sub scan {
	my ($disk, $path) = @_;
	my @stat = lstat $path or die "$path: $!";
	my $object = {mode => $stat[2] & 07777};

	push @{$disk->{objects}}, $object;
	$object->{id} = $#{$disk->{objects}};
	$disk->{by_inode}{sprintf '%x:%d', @stat[0, 1]} = $object->{id};
	if (-d _) {
		opendir my $dir, $path or die "$path: $!";
		for my $name (sort grep { !/^\.\.?$/ } readdir $dir) {
			$object->{names}{$name} = $disk->scan("$path/$name");
		}
		$object->{names} //= {};
	} else {
		$object->{bytes} = slurp($path);
	}
	return $object->{id};
}

sub slurp {
	my ($path) = @_;

	open my $file, '<:raw', $path or die "$path: $!";
	local $/;
	return scalar(<$file>) // '';
}

# The object of an inode, which may be none of ours.
sub object {
	my ($disk, $inode, %new) = @_;

	if (%new || !defined $disk->{by_inode}{$inode}) {
		push @{$disk->{objects}}, {bytes => '', mode => 0600, %new,
			id => scalar @{$disk->{objects}}};
		$disk->{by_inode}{$inode} = $#{$disk->{objects}};
	}
	return $disk->{by_inode}{$inode};
}

sub read_log {
	my ($disk, $path) = @_;
	my $log = slurp($path);

	pos($log) = 0;
	while ($log =~ /\G(\d+) (\w)(.*)\n/gc) {
		my ($number, $kind, @words) = ($1, $2, split ' ', $3);
		my %change = (kind => $kind);

		if ($kind =~ /[WTMS]/) {
			$change{file} = $disk->object(shift @words);
			@change{qw(at count)} = @words;
			$change{at} = oct $words[0] if $kind eq 'M';
		} elsif ($kind =~ /[CD]/) {
			my ($file, $dir, $name, $mode) = @words;
			my %new = (mode => oct $mode);

			$new{names} = {} if $kind eq 'D';
			$change{sets} = [[$disk->object($dir), $name,
				$disk->object($file, %new)]];
		} elsif ($kind eq 'L') {
			my ($file, $dir, $name) = @words;

			$change{sets} = [[$disk->object($dir), $name,
				$disk->object($file)]];
		} elsif ($kind =~ /[URX]/) {
			while (my ($dir, $name) = splice @words, 0, 2) {
				push @{$change{names}},
					[$disk->object($dir), $name];
			}
		}
		if ($kind eq 'W') {
			$change{bytes} = substr $log, pos $log, $change{count};
			pos($log) += $change{count};
		}
		push @{$disk->{changes}}, \%change;
	}
	die "$path: a line that is none" if pos($log) != length $log;
	$disk->resolve;
	$disk->find_syncs;
}

# What a change of names comes to: which directory has which name for what.
sub resolve {
	my ($disk) = @_;
	my @names = map { {%{$_->{names} // {}}} } @{$disk->{objects}};

	for my $change (@{$disk->{changes}}) {
		if (my $of = $change->{names}) {
			my @now = map { $names[$_->[0]]{$_->[1]} } @$of;

			@now = $change->{kind} eq 'X' ? reverse @now
				: (undef, $now[0]);
			$change->{sets} =
				[map { [@{$of->[$_]}, $now[$_]] } 0 .. $#$of];
		}
		$names[$_->[0]]{$_->[1]} = $_->[2] for @{$change->{sets} // []};
	}
}

# The change by which each one is durable. A change of two directories is one,
# and durable by its second one, where the file is to be.
sub find_syncs {
	my ($disk) = @_;
	my (%by, $all);

	for my $i (reverse 0 .. $#{$disk->{changes}}) {
		my $change = $disk->{changes}[$i];
		my $on = $change->{file} // ($change->{sets}
			? $change->{sets}[-1][0] : undef);

		if ($change->{kind} eq 'S') {
			$by{$on} = $i;
		} elsif ($change->{kind} eq 'Y') {
			%by = ();
			$all = $i;
		} elsif (defined $on) {
			$change->{durable} = $by{$on} // $all;
		}
	}
}

# --- states

# How much of what is not durable is there: a function of the index of each.
sub chooser {
	my @open = @_;
	my $way = int rand 6;
	my $one = @open ? $open[rand @open] : -1;
	my $share = (0.1, 0.5, 0.9)[rand 3];

	return sub { 0 } if $way == 0;
	return sub { 1 } if $way == 1;
	return sub { $_[0] < $one } if $way == 2;
	return sub { $_[0] != $one } if $way == 3;
	return sub { $_[0] == $one } if $way == 4;
	return sub { rand() < $share };
}

sub grow {
	my ($bytes, $size) = @_;

	$$bytes .= "\0" x ($size - length $$bytes) if length $$bytes < $size;
}

sub put {
	my ($bytes, $change, $is_whole) = @_;
	my $at = $change->{at};

	grow($bytes, $at);
	if ($is_whole) {
		substr $$bytes, $at, $change->{count}, $change->{bytes};
		return;
	}
	for (my $from = 0; $from < $change->{count};) {
		my $len = SECTOR - ($at + $from) % SECTOR;
		my $piece = substr $change->{bytes}, $from, $len;

		if (rand() < 0.5) {
			grow($bytes, $at + $from);
			substr $$bytes, $at + $from, length $piece, $piece;
		}
		$from += $len;
	}
}

# The objects after the first $count changes and a loss of power.
sub after_loss {
	my ($disk, $count) = @_;
	my @objects = map { {%$_, names => $_->{names} && {%{$_->{names}}}} }
		@{$disk->{objects}};
	my @open = grep {
		my $durable = $disk->{changes}[$_]{durable};
		!defined $durable || $durable >= $count
	} 0 .. $count - 1;
	my %is_open = map { $_ => 1 } @open;
	my $is_kept = chooser(@open);

	for my $i (0 .. $count - 1) {
		my $change = $disk->{changes}[$i];
		my $object = $objects[$change->{file} // 0];
		my $is_sure = !$is_open{$i};
		my $kind = $change->{kind};

		if (!$is_sure && !$is_kept->($i)) {
			# The size may be there, and what is in it not.
			grow(\$object->{bytes}, $change->{at} + $change->{count})
				if $kind eq 'W' && rand() < 0.2;
			next;
		}
		if ($kind eq 'W') {
			put(\$object->{bytes}, $change,
				$is_sure || $disk->{is_whole}
				|| rand() < 0.8);
		} elsif ($kind eq 'T') {
			$object->{bytes} =
				substr $object->{bytes}, 0, $change->{at};
			grow(\$object->{bytes}, $change->{at});
		} elsif ($kind eq 'M') {
			$object->{mode} = $change->{at};
		}
		for my $set (@{$change->{sets} // []}) {
			my ($dir, $name, $file) = @$set;

			$objects[$dir]{names}{$name} = $file;
		}
	}
	return \@objects;
}

# Makes the tree of such objects; returns what tells it from others.
sub make {
	my ($disk, $objects, $path, $id) = @_;
	my $object = $objects->[$id // $disk->{root}];
	my $text = sprintf '%o ', $object->{mode};

	if (!$object->{names}) {
		open my $file, '>:raw', $path or die "$path: $!";
		print $file $object->{bytes};
		close $file or die "$path: $!";
		$text .= md5_hex($object->{bytes});
	} else {
		mkdir $path or die "$path: $!";
		for my $name (sort keys %{$object->{names}}) {
			my $file = $object->{names}{$name};

			$text .= " $name " . $disk->make($objects,
				"$path/$name", $file) if defined $file;
		}
	}
	chmod $object->{mode}, $path;
	return md5_hex($text);
}

1;
