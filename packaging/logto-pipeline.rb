# SPDX-License-Identifier: ISC
# Untested. `brew install --build-from-source ./logto-pipeline.rb`, beside the
# tarball of `make dist`.
class LogtoPipeline < Formula
  desc "Bring a Logto tenant into SQL"
  homepage "https://logto-pipeline.example"
  url "file://#{__dir__}/../build/logto-pipeline-0.1.0.tar.gz"
  license "ISC"

  depends_on "make" => :build
  depends_on "pkg-config" => :build
  depends_on "curl"
  depends_on "inih"
  depends_on "jq"
  depends_on "simdjson"
  depends_on "sqlite"
  depends_on "zstd"
  uses_from_macos "zlib"

  def install
    system "gmake", "install", "PREFIX=#{prefix}"
  end

  test do
    (testpath/"in.ndjson").write "{\"id\":1}\n"
    system bin/"ndjson-to-sql", "-t", "t", "out.db", "in.ndjson"
    assert_match "t: 1 row", shell_output("#{bin}/ndjson-to-sql --describe out.db")
  end
end
