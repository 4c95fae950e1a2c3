// What is left to write of a sequence of buffers; writes without waiting. Reused, so that it does
// not allocate once it has grown.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hawkcache::net {

class GatherWrite {
 public:
  void assign(std::span<const asio::const_buffer> buffers) {
    buffers_.clear();
    buffers_.reserve(buffers.size());
    next_ = 0;
    for (const asio::const_buffer& buffer : buffers) {
      if (buffer.size() > 0) buffers_.push_back(buffer);
    }
  }

  // Writes until all is written (no error), the socket takes no more (would_block), or it fails.
  // REQUIRES: a non-blocking socket.
  template <class AnySocket>
  ErrorCode write_some(AnySocket& socket, std::uint64_t& written) {
    while (next_ < buffers_.size()) {
      ErrorCode error;
      const std::span<const asio::const_buffer> rest(buffers_.data() + next_,
                                                     buffers_.size() - next_);
      // A single one is spared the kernel's handling of lists.
      const std::size_t size = rest.size() == 1 ? socket.write_some(rest.front(), error)
                                                : socket.write_some(rest, error);
      if (error) return error;
      written += size;
      skip(size);
    }
    return {};
  }

 private:
  void skip(std::size_t size) {
    while (next_ < buffers_.size() && size >= buffers_[next_].size()) {
      size -= buffers_[next_].size();
      ++next_;
    }
    if (next_ < buffers_.size()) buffers_[next_] += size;
  }

  std::vector<asio::const_buffer> buffers_;
  std::size_t next_ = 0;
};

}  // namespace hawkcache::net
