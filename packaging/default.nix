# SPDX-License-Identifier: ISC
# Untested. nix-build packaging
{ pkgs ? import <nixpkgs> { } }:
pkgs.stdenv.mkDerivation {
  pname = "logto-pipeline";
  version = "0.1.0";
  src = pkgs.lib.cleanSource ../.;
  nativeBuildInputs = [ pkgs.pkg-config ];
  buildInputs = with pkgs; [ curl inih jq simdjson sqlite zlib zstd ];
  makeFlags = [ "PREFIX=$(out)" ];
  # libcurl is opened by its name when the first request is made.
  NIX_LDFLAGS = "-rpath ${pkgs.lib.makeLibraryPath [ pkgs.curl ]}";
  meta.license = pkgs.lib.licenses.isc;
}
