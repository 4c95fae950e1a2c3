#include "proxy/body_writer.hpp"

#include "http/chunked.hpp"

namespace hawkcache::proxy {

ErrorCode BodyWriter::write_now(std::span<const std::string_view> pieces, Last last) {
  buffers_.clear();
  if (!head_written_) buffers_.emplace_back(head_.data(), head_.size());
  head_written_ = true;
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  const bool chunk = framing_ == ClientFraming::chunked && size > 0;
  if (chunk) {
    // All pieces of one write make one chunk.
    const std::string_view header = http::chunk_header(size, chunk_size_);
    buffers_.emplace_back(header.data(), header.size());
  }
  if (framing_ != ClientFraming::no_body) {
    for (const std::string_view piece : pieces) buffers_.emplace_back(piece.data(), piece.size());
  }
  if (chunk) buffers_.emplace_back("\r\n", 2);
  if (framing_ == ClientFraming::chunked && last == Last::yes) {
    buffers_.emplace_back(http::kLastChunk.data(), http::kLastChunk.size());
  }
  if (buffers_.empty()) return {};
  return client_.write_now(buffers_);
}

void BodyWriter::break_off() noexcept {
  // Where the connection's end is the body's end only a reset tells the client that something is
  // missing.
  client_.abort(framing_ == ClientFraming::until_close ? net::ClientExchange::AbortKind::reset
                                                       : net::ClientExchange::AbortKind::close);
}

}  // namespace hawkcache::proxy
