#!/usr/bin/env perl
# A second verifier of checkpoints, proofs, receipts and signatures, in another language, written from
# RFC 9162, RFC 8032, DSSE and the C2SP pages, and sharing no code with the product: hashes and base64
# are Perl's own modules, and the arithmetic of Ed25519 stands below.
#
# One question a line on standard input, its words separated by spaces, bytes in hex, lists with commas
# ("-" is an empty list). One answer a line: "yes" with what was read, or "no" with the reason.
#
#   tree         <leaf hashes>                                       yes <root>
#   inclusion    <index> <size> <leaf hash> <root> <nodes>           yes
#   consistency  <size 1> <size 2> <root 1> <root 2> <nodes>         yes
#   checkpoint   <vkey> <note>                                       yes <origin> <size> <root>
#   receipt      <vkey> <record> <receipt>                           yes <origin> <size> <root> <index>
#   envelope     <record> <public keys>                              yes <how many signatures>

use strict;
use warnings;
use Digest::SHA qw(sha256 sha512);
use Math::BigInt;
use MIME::Base64 qw(decode_base64 encode_base64);

# -- the tree, RFC 9162 2.1

sub leaf { return sha256("\x00" . $_[0]) }
sub node { return sha256("\x01" . $_[0] . $_[1]) }

sub bytes_of { return pack 'H*', $_[0] }

sub list_of {
    my @items = $_[0] eq '-' ? () : map { bytes_of($_) } split /,/, $_[0];
    for (@items) { die "a hash of another length\n" if length != 32 }
    return @items;
}

# MTH, 2.1.1
sub root_of {
    my @leaves = @_;
    return sha256('') if !@leaves;
    return $leaves[0] if @leaves == 1;
    my $k = 1;
    $k *= 2 while 2 * $k < @leaves;
    return node(root_of(@leaves[0 .. $k - 1]), root_of(@leaves[$k .. $#leaves]));
}

sub tree { return unpack 'H*', root_of(list_of($_[0])) }

# 2.1.3.2
sub check_inclusion {
    my ($index, $size, $hash, $root, @proof) = @_;
    die "the index is outside the tree\n" if $index >= $size;
    my ($fn, $sn) = ($index, $size - 1);
    for my $p (@proof) {
        die "nodes left over\n" if $sn == 0;
        if ($fn % 2 == 1 || $fn == $sn) {
            $hash = node($p, $hash);
            while ($fn % 2 == 0 && $fn != 0) { $fn >>= 1; $sn >>= 1 }
        }
        else { $hash = node($hash, $p) }
        $fn >>= 1;
        $sn >>= 1;
    }
    die "nodes are missing\n" if $sn != 0;
    die "another root\n" if $hash ne $root;
    return;
}

sub inclusion {
    my ($index, $size, $leaf, $root, $nodes) = @_;
    my @proof = list_of($nodes);
    check_inclusion($index, $size, list_of($leaf), list_of($root), @proof);
    return;
}

# 2.1.4.2
sub consistency {
    my ($first, $second, $root1, $root2, $nodes) = @_;
    my ($first_hash, $second_hash, @path) = (list_of($root1), list_of($root2), list_of($nodes));
    die "sizes out of order\n" if $first < 1 || $first > $second;
    if ($first == $second) {
        die "equal sizes need equal roots and no nodes\n" if @path || $first_hash ne $second_hash;
        return;
    }
    die "no nodes\n" if !@path;
    unshift @path, $first_hash if ($first & ($first - 1)) == 0;
    my ($fn, $sn) = ($first - 1, $second - 1);
    while ($fn % 2 == 1) { $fn >>= 1; $sn >>= 1 }
    my $fr = my $sr = shift @path;
    for my $c (@path) {
        die "nodes left over\n" if $sn == 0;
        if ($fn % 2 == 1 || $fn == $sn) {
            ($fr, $sr) = (node($c, $fr), node($c, $sr));
            while ($fn % 2 == 0 && $fn != 0) { $fn >>= 1; $sn >>= 1 }
        }
        else { $sr = node($sr, $c) }
        $fn >>= 1;
        $sn >>= 1;
    }
    die "nodes are missing\n" if $sn != 0;
    die "another root\n" if $fr ne $first_hash || $sr ne $second_hash;
    return;
}

# -- notes, C2SP signed-note, tlog-checkpoint and tlog-proof

sub base64 {
    my ($text) = @_;
    my $data = decode_base64($text);
    die "not base64\n" if encode_base64($data, '') ne $text;
    return $data;
}

sub key_of {
    my ($name, $id, $material) = split /\+/, $_[0], 3;
    my $raw = base64($material);
    die "not an Ed25519 key\n" if length $raw != 33 || substr($raw, 0, 1) ne "\x01";
    my $found = substr sha256("$name\n$raw"), 0, 4;
    die "the id is of another key\n" if unpack('H*', $found) ne $id;
    return ($name, $found, substr $raw, 1);
}

sub read_checkpoint {
    my ($vkey, $note) = @_;
    my ($name, $id, $key) = key_of($vkey);
    my ($text, $block) = $note =~ /\A(.*\n)\n((?:[^\n]+\n)+)\z/s or die "not a note\n";
    my $good = 0;
    for my $line (split /\n/, $block) {
        my ($who, $blob) = $line =~ /\A\xe2\x80\x94 ([^ +]+) ([A-Za-z0-9+\/=]+)\z/
            or die "not a signature line\n";
        $blob = base64($blob);
        next if $who ne $name || substr($blob, 0, 4) ne $id;
        die "the signature does not verify\n" if !verifies($key, $text, substr $blob, 4);
        $good = 1;
    }
    die "not signed by this key\n" if !$good;
    my ($origin, $size, $root) = $text =~ /\A([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n\z/
        or die "not a checkpoint\n";
    die "the checkpoint of another log\n" if $origin ne $name;
    $root = base64($root);
    die "a root of another length\n" if length $root != 32;
    return ($origin, $size, $root);
}

sub checkpoint {
    my ($origin, $size, $root) = read_checkpoint($_[0], bytes_of($_[1]));
    return ($origin, $size, unpack 'H*', $root);
}

sub receipt {
    my ($vkey, $record, $receipt) = ($_[0], bytes_of($_[1]), bytes_of($_[2]));
    my ($head, $note) = split /\n\n/, $receipt, 2;
    my ($magic, @lines) = split /\n/, $head;
    die "not a receipt\n" if $magic ne 'c2sp.org/tlog-proof@v1';
    shift @lines if $lines[0] =~ /\Aextra /;
    my ($index) = (shift @lines) =~ /\Aindex (0|[1-9][0-9]{0,18})\z/ or die "no index\n";
    my ($origin, $size, $root) = read_checkpoint($vkey, $note);
    check_inclusion($index, $size, leaf($record), $root, map { base64($_) } @lines);
    return ($origin, $size, unpack('H*', $root), $index);
}

# -- the envelope of a record, DSSE v1

sub envelope {
    my ($record, $keys) = (bytes_of($_[0]), $_[1]);
    my %key_of_id = map { (sha256("ed25519\x00" . $_) => $_) } list_of($keys);
    my ($payload, $type, $signatures) = $record =~ m{
        \A\{"envelope":\{"payload":"([^"]+)","payloadType":"([^"]+)","signatures":\[(.+?)\]\}}x
        or die "not a record\n";
    $payload = base64($payload);
    my $pae = join ' ', 'DSSEv1', length $type, $type, length $payload, $payload;
    my $count = 0;
    while ($signatures =~ /\{"keyid":"([0-9a-f]{64})","sig":"([^"]+)"\}/g) {
        my ($id, $signature) = (bytes_of($1), base64($2));
        die "an unknown key\n" if !$key_of_id{$id};
        die "a signature does not verify\n" if !verifies($key_of_id{$id}, $pae, $signature);
        $count++;
    }
    die "no signature\n" if !$count;
    return $count;
}

# -- Ed25519, RFC 8032 5.1: whole numbers and the curve's equation, nothing else

my $P = Math::BigInt->new(2)->bpow(255)->bsub(19);
my $L = Math::BigInt->new('27742317777372353535851937790883648493')
    ->badd(Math::BigInt->new(2)->bpow(252));
my $D = Math::BigInt->new(121666)->bmodinv($P)->bmul(-121665)->bmod($P);
my $SQRT = Math::BigInt->new(2)->bmodpow($P->copy->bsub(1)->brsft(2), $P);
my @BASE = with_x(Math::BigInt->new(5)->bmodinv($P)->bmul(4)->bmod($P), 0);

sub product { return $_[0]->copy->bmul($_[1])->bmod($P) }

# The point (X : Y : Z : T) of a y and the lowest bit of x, 5.1.3
sub with_x {
    my ($y, $odd) = @_;
    my $yy = product($y, $y);
    my $u = $yy->copy->bsub(1)->bmod($P);
    my $v = product($D, $yy)->badd(1)->bmod($P);
    my $xx = product($u, $v->copy->bmodinv($P));
    my $x = $xx->copy->bmodpow($P->copy->badd(3)->brsft(3), $P);
    $x = product($x, $SQRT) if product($x, $x) != $xx;
    die "not a point\n" if product($x, $x) != $xx || ($x->is_zero && $odd);
    $x = $P->copy->bsub($x) if $x->is_odd != $odd;
    return ($x, $y, Math::BigInt->new(1), product($x, $y));
}

sub number { return Math::BigInt->from_hex(unpack 'H*', scalar reverse $_[0]) }

sub point {
    my ($data) = @_;
    my $odd = ord(substr $data, 31) >> 7;
    my $y = number(substr($data, 0, 31) . chr(ord(substr $data, 31) & 0x7f));
    die "not reduced\n" if $y >= $P;
    return with_x($y, $odd);
}

# 5.1.4
sub add {
    my ($x1, $y1, $z1, $t1, $x2, $y2, $z2, $t2) = @_;
    my $a = product($y1->copy->bsub($x1), $y2->copy->bsub($x2));
    my $b = product($y1->copy->badd($x1), $y2->copy->badd($x2));
    my $c = product(product($t1, $t2), $D)->bmul(2);
    my $d = product($z1, $z2)->bmul(2);
    my ($e, $f, $g, $h) = ($b - $a, $d - $c, $d + $c, $b + $a);
    return (product($e, $f), product($g, $h), product($f, $g), product($e, $h));
}

sub multiply {
    my ($scalar, @point) = @_;
    my @sum = (Math::BigInt->new(0), Math::BigInt->new(1), Math::BigInt->new(1), Math::BigInt->new(0));
    for my $bit (split //, substr $scalar->as_bin, 2) {
        @sum = add(@sum, @sum);
        @sum = add(@sum, @point) if $bit;
    }
    return @sum;
}

# 5.1.7, without the cofactor: [S]B = R + [k]A
sub verifies {
    my ($key, $message, $signature) = @_;
    return 0 if length $key != 32 || length $signature != 64;
    my $s = number(substr $signature, 32);
    return 0 if $s >= $L;
    my (@a, @r);
    return 0 if !eval { @a = point($key); @r = point(substr $signature, 0, 32); 1 };
    my $k = number(sha512(substr($signature, 0, 32) . $key . $message))->bmod($L);
    my @left = multiply($s, @BASE);
    my @right = add(@r, multiply($k, @a));
    return product($left[0], $right[2]) == product($right[0], $left[2])
        && product($left[1], $right[2]) == product($right[1], $left[2]);
}

# -- questions and answers

$| = 1;
my %answers = (
    tree        => \&tree,
    inclusion   => \&inclusion,
    consistency => \&consistency,
    checkpoint  => \&checkpoint,
    receipt     => \&receipt,
    envelope    => \&envelope,
);
while (my $line = <STDIN>) {
    chomp $line;
    my ($name, @words) = split / /, $line;
    my @said = eval { $answers{$name}->(@words) };
    print $@ ? "no $@" : join(' ', 'yes', @said) . "\n";
}
